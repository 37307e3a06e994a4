import { unknownContentType } from '../media/stored-file.ts'
import { decodeLatin1, matchesMagic, sourceImageFormatOf } from './sniff.ts'

/** Magic bytes of containers of audio and video. A `?` matches any byte. */
const containers: ReadonlyArray<readonly [magic: string, contentType: string]> = [
  ['????ftypqt  ', 'video/quicktime'],
  ['????ftypM4A ', 'audio/mp4'],
  ['????ftypM4B ', 'audio/mp4'],
  ['????ftyp', 'video/mp4'],
  ['OggS', 'application/ogg'],
  ['fLaC', 'audio/flac'],
  ['ID3', 'audio/mpeg'],
  ['RIFF????WAVE', 'audio/wav'],
  ['RIFF????AVI ', 'video/x-msvideo'],
]

const ebml = '\x1aE\xdf\xa3'

/**
 * Returns the media type of an original from its first bytes. Returns `unknownContentType` for a format whose first
 * bytes do not say which it is, such as MPEG transport streams.
 */
export const sniffContentType = (head: Uint8Array): string => {
  const image = sourceImageFormatOf(head)
  if (image !== null) return `image/${image.toLowerCase()}`
  const text = decodeLatin1(head)
  if (text.startsWith(ebml)) return text.slice(0, 64).includes('webm') ? 'video/webm' : 'video/x-matroska'
  return containers.find(([magic]) => matchesMagic(text, magic))?.[1] ?? unknownContentType
}
