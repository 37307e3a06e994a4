/** Number of frames to examine: an interlaced video may start with frames that are not interlaced. */
export const INTERLACE_SAMPLE_FRAMES = 100

/** A smaller share is a decoder error: for single frames a decoder may have to guess. */
const MIN_SHARE = 0.25

/** No standard has larger interlaced frames (1920 × 1088), or interlacing in codecs other than these. */
const MAX_PIXELS = 1920 * 1088
const CODECS: ReadonlySet<string> = new Set([
  ...['h264', 'hevc', 'mpeg2video', 'mpeg4', 'vc1'],
  ...['dvvideo', 'dnxhd', 'prores', 'mjpeg'],
])

type CodedVideo = { readonly codec: string; readonly width: number; readonly height: number }

/** Whether the first frames must be decoded to know. */
export const mayBeInterlaced = ({ codec, width, height }: CodedVideo): boolean =>
  CODECS.has(codec) && width * height <= MAX_PIXELS

/**
 * Returns how a video stores its fields. `woven`: two in one frame. `single`: each is a frame of half the
 * height. `share`: the share of the examined frames that the decoder reports as interlaced.
 */
export const fieldLayoutOf = (codec: string, share: number): 'woven' | 'single' | 'none' => {
  if (share < MIN_SHARE) return 'none'
  // In HEVC, FFmpeg reports frames that are a single field (pic_struct, ITU-T H.265 table D.2).
  return codec === 'hevc' ? 'single' : 'woven'
}
