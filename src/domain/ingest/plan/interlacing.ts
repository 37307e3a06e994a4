/** Number of frames to examine: an interlaced video may start with frames that are not interlaced. */
export const INTERLACE_SAMPLE_FRAMES = 100

/**
 * Minimum share of interlaced frames. A smaller share is an error of the decoder, which may have to guess for
 * single frames.
 */
const MIN_SHARE = 0.25

/** No standard has larger interlaced frames (1920 × 1088), or interlacing in other codecs than these. */
const MAX_PIXELS = 1920 * 1088
const CODECS: ReadonlySet<string> = new Set([
  ...['h264', 'hevc', 'mpeg2video', 'mpeg4', 'vc1'],
  ...['dvvideo', 'dnxhd', 'prores', 'mjpeg'],
])

type CodedVideo = { readonly codec: string; readonly width: number; readonly height: number }

/** Returns whether the first frames must be decoded to find out whether the video is interlaced. */
export const mayBeInterlaced = ({ codec, width, height }: CodedVideo): boolean =>
  CODECS.has(codec) && width * height <= MAX_PIXELS

/**
 * Returns how a video stores its fields. `woven`: two fields in one frame. `single`: each field is a frame of
 * half the height. `none`: no fields. `share`: the share of the examined frames that the decoder reports as
 * interlaced.
 */
export const fieldLayoutOf = (codec: string, share: number): 'woven' | 'single' | 'none' => {
  if (share < MIN_SHARE) return 'none'
  // For HEVC, FFmpeg reports frames that are a single field (pic_struct, ITU-T H.265 table D.2).
  return codec === 'hevc' ? 'single' : 'woven'
}
