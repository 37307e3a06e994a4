import { withSourceBytes } from '../source-bytes.ts'

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
export const startsAsMovie = (path: string, signal: AbortSignal): Promise<boolean> =>
  withSourceBytes(path, signal, async ({ at }) =>
    FIRST_BOXES.includes((await at(0, 8)).toString('latin1', 4)),
  )
