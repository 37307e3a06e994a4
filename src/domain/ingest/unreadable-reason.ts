import { decodeLatin1, decodeText, matchesMagic } from './sniff.ts'

type FileSignature = readonly [magics: ReadonlyArray<string>, what: string, advice?: string]

const neither = 'the file is neither a picture nor sound nor film'

/** Files that users often add by mistake: they contain no media, or only refer to media in other files. */
const otherFiles: ReadonlyArray<FileSignature> = [
  [['PK\x03\x04', 'PK\x05\x06'], 'a ZIP archive or an office document', 'unpack it, and add the files in it'],
  [['Rar!\x1a\x07'], 'a RAR archive', 'unpack it, and add the files in it'],
  [["7z\xbc\xaf'\x1c"], 'a 7z archive', 'unpack it, and add the files in it'],
  [[`${'?'.repeat(257)}ustar`], 'a tar archive', 'unpack it, and add the files in it'],
  [
    ['BZh?1AY&SY', '\xfd7zXZ\0', '\x28\xb5\x2f\xfd'],
    'a compressed file',
    'unpack it, and add the files in it',
  ],
  [['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'], 'an office document', 'save its pictures, and add them'],
  [['\x7fELF', 'MZ\x90\0'], 'a program'],
  [['SQLite format 3\0'], 'a database'],
  [['OTTO\0', 'wOFF', 'wOF2', '\0\x01\0\0\0'], 'a font'],
  [['bplist00'], 'a property list'],
]

const mp4 = 'MP4 or QuickTime'

/**
 * Audio and video formats by their first bytes, so that the message about a damaged file names its format.
 */
const mediaFiles: ReadonlyArray<FileSignature> = [
  [['RIFF????WAVE', 'RF64????WAVE'], 'WAV'],
  [['RIFF????AVI '], 'AVI'],
  [['\x1a\x45\xdf\xa3'], 'Matroska or WebM'],
  // An MP4 file may start with any of these boxes (ISO/IEC 14496-12 §4.2, QuickTime File Format).
  [['????ftyp', '????moov', '????mdat', '????wide', '????free', '????skip'], mp4],
  [['????pnot', '????styp', '????moof'], mp4],
  [['OggS'], 'Ogg'],
  [['fLaC'], 'FLAC'],
  [['FLV\x01'], 'FLV'],
  [['ID3'], 'MP3'],
  [['FORM????AIFF', 'FORM????AIFC'], 'AIFF'],
  [['caff'], 'CAF'],
  [['#!AMR'], 'AMR'],
  [['0&\xb2u\x8ef\xcf\x11'], 'Windows Media'],
  [['\x06\x0e+4\x02\x05\x01\x01'], 'MXF'],
  [['\0\0\x01\xba'], 'MPEG'],
  [['riff\x2e\x91\xcf\x11'], 'Wave64'],
]

type Text = readonly [begins: RegExp, what: string, advice: string]

const texts: ReadonlyArray<Text> = [
  [
    /^(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|script|title|meta)\b/is,
    'an HTML page',
    'download the file itself, not the page that shows it',
  ],
  [/^#EXTM3U\b/, 'a playlist', 'add the film or the sound that it refers to'],
  [/^version https:\/\/git-lfs\./, 'a pointer of Git LFS', 'fetch the actual file (git lfs pull)'],
  [/^(?:<\?xml|<[a-z])/i, 'XML', 'add the picture, sound or film itself'],
]

const anyText: Text = [/^/, 'text', 'add the picture, sound or film itself']

/**
 * FFmpeg's format name of a file whose name ends like that of an image, but whose bytes are not those of an
 * image.
 */
const byName = 'image2'

/** Minimum length of a header in bytes. A shorter file is not an image, audio or video file. */
const shortestHeader = 16

/**
 * Returns the reason for refusing a file that neither the image decoder nor the audio and video decoders can
 * read. `head` contains the first bytes of the file. `format` is FFmpeg's name of the format, if FFmpeg
 * recognises it and Larder does not accept it.
 */
export const unreadableReason = (head: Uint8Array, format: string | null): string => {
  const noMedia = noMediaReason(head)
  if (noMedia !== null) return noMedia
  if (format !== null && format !== byName) return notAcceptedReason(format)
  const media = beginsAs(head)
  return media === null
    ? `${neither} of a known format: if it is meant to be one, its beginning is damaged`
    : `the file begins as ${media}, but is damaged or cut short: copy it again from where it came from`
}

/**
 * Returns the reason for refusing a file whose first bytes are those of text, an archive, or anything else that is
 * certainly no media; `null` for all files that a decoder has to look at.
 */
export const noMediaReason = (head: Uint8Array): string | null => {
  if (head.length === 0) return 'the file is empty'
  if (head.length < shortestHeader) return `${neither}: it has only ${head.length} bytes`
  const other = findSignature(otherFiles, head)
  if (other !== undefined) return neitherBut(other[1], other[2])
  const text = textIn(head)
  if (text !== null) return neitherBut(text[1], text[2])
  if (head.every((byte) => byte === 0))
    return neitherBut('empty: it begins with nothing but zeros', 'copy it again')
  return null
}

const beginsAs = (head: Uint8Array): string | null => findSignature(mediaFiles, head)?.[1] ?? null

export const startsLikeMp4 = (head: Uint8Array): boolean => beginsAs(head) === mp4

const neitherBut = (what: string, advice: string | undefined): string =>
  `${neither}: it is ${what}${advice === undefined ? '' : ` (${advice})`}`

const findSignature = (
  signatures: ReadonlyArray<FileSignature>,
  head: Uint8Array,
): FileSignature | undefined => {
  const bytes = decodeLatin1(head)
  return signatures.find(([magics]) => magics.some((magic) => matchesMagic(bytes, magic)))
}

/**
 * Returns the kind of text; `null` if the bytes are not text. Any encoding counts as text if it contains no
 * control characters.
 */
const textIn = (head: Uint8Array): Text | null => {
  const text = decodeText(head).replace(/^\ufeff/, '')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these distinguish text from other bytes
  if (/[\0-\x07\x0e-\x1a\x1c-\x1f\x7f]/.test(text)) return null
  return texts.find(([begins]) => begins.test(text.trimStart())) ?? anyText
}

/** Returns the reason for refusing a format. FFmpeg's demuxers of images have names that end in `_pipe`. */
const notAcceptedReason = (format: string): string => {
  const [, picture] = /^(.+)_pipe$/.exec(format) ?? []
  return picture === undefined
    ? `the file is in the format ${format}, which is not supported: convert it to MP4, or audio to FLAC`
    : `${picture.toUpperCase()} pictures are not supported: save it as PNG or JPEG`
}
