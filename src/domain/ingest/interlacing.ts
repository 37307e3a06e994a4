/** How many of a film's first pictures are looked at: a film may begin with some that are not interlaced. */
export const LOOKED_AT_PICTURES = 100

/** Less than this share is a decoder's mistake: of single pictures it may have to guess. */
const LEAST_SHARE = 0.25

/** No standard interlaces larger pictures (1920 × 1088), nor pictures in other codecs than these. */
const MOST_PIXELS = 1920 * 1088
const CODECS: ReadonlySet<string> = new Set([
  ...['h264', 'hevc', 'mpeg2video', 'mpeg4', 'vc1'],
  ...['dvvideo', 'dnxhd', 'prores', 'mjpeg'],
])

type CodedVideo = { readonly codec: string; readonly width: number; readonly height: number }

/** Whether the first pictures of a film have to be decoded to know. */
export const mayBeInterlaced = ({ codec, width, height }: CodedVideo): boolean =>
  CODECS.has(codec) && width * height <= MOST_PIXELS

/**
 * How a film holds its fields: two in a picture, each as a picture of half the height, or none. `share`: of the pictures
 * that were looked at, those whose decoder says that they are interlaced.
 */
export const fieldsOf = (codec: string, share: number): 'woven' | 'single' | 'none' => {
  if (share < LEAST_SHARE) return 'none'
  // FFmpeg says it of HEVC where a picture is one field (pic_struct, ITU-T H.265 table D.2).
  return codec === 'hevc' ? 'single' : 'woven'
}
