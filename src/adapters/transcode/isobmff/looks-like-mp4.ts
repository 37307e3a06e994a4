import { open } from 'node:fs/promises'

/** Possible first boxes of an MP4 or QuickTime file (ISO/IEC 14496-12 §4.2, QuickTime File Format). */
const FIRST_BOXES: ReadonlyArray<string> = [
  'ftyp',
  'moov',
  'mdat',
  'wide',
  'free',
  'skip',
  'pnot',
  'styp',
  'moof',
]

/** Returns whether the content of a file starts like MP4 or QuickTime. */
export const looksLikeMp4 = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0)
    return FIRST_BOXES.includes(buffer.toString('latin1', 4))
  } finally {
    await file.close()
  }
}
