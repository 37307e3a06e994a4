import {
  AV_PIX_FMT_RGBA,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVA420P,
  AV_PIX_FMT_YUVA444P10LE,
  FF_ENCODER_LIBVPX_VP9,
  FF_ENCODER_LIBX264,
  FF_ENCODER_MPEG2VIDEO,
  FF_ENCODER_PNG,
  FF_ENCODER_PRORES_KS,
} from 'node-av/constants'
import { type FilmOptions, writeFilm } from './write-film.ts'

const [width, height] = [64, 36]
const size = { width, height, rate: 25 }

/** "Resume caption loading" of channel 1, with its parity bits (ANSI/CTA-608-E). */
const captions = Uint8Array.of(0xfc, 0x94, 0x20)

type FrameContentVideo = FilmOptions & {
  /** Of one frame. */
  readonly bytes: number
  readonly content: 'captions' | 'alpha'
}

/** Films whose frames contain more than colours, each in another way. */
const films = {
  'captions.mp4': {
    ...{ ...size, pixelFormat: AV_PIX_FMT_YUV420P, bytes: 1.5 * width * height },
    ...{ encoder: FF_ENCODER_LIBX264, options: { preset: 'ultrafast' }, captions, content: 'captions' },
  },
  'captions.mkv': {
    ...{ ...size, pixelFormat: AV_PIX_FMT_YUV420P, bytes: 1.5 * width * height, container: 'matroska' },
    ...{ encoder: FF_ENCODER_MPEG2VIDEO, options: {}, captions, content: 'captions' },
  },
  'vp9.webm': {
    ...{ ...size, pixelFormat: AV_PIX_FMT_YUVA420P, bytes: 2.5 * width * height, container: 'webm' },
    ...{ encoder: FF_ENCODER_LIBVPX_VP9, options: { 'auto-alt-ref': '0' }, content: 'alpha' },
  },
  'prores.mov': {
    ...{ ...size, pixelFormat: AV_PIX_FMT_YUVA444P10LE, bytes: 8 * width * height, container: 'mov' },
    ...{ encoder: FF_ENCODER_PRORES_KS, options: { profile: '4444' }, content: 'alpha' },
  },
  'png.mov': {
    ...{ ...size, pixelFormat: AV_PIX_FMT_RGBA, bytes: 4 * width * height, container: 'mov' },
    ...{ encoder: FF_ENCODER_PNG, options: {}, content: 'alpha' },
  },
} as const satisfies Readonly<Record<string, FrameContentVideo>>

export const frameContentVideos = Object.keys(films) as ReadonlyArray<keyof typeof films>

/** Writes five frames of grey to `path`. */
export const writeFrameContentVideo = async (
  name: keyof typeof films,
  path: string,
): Promise<FrameContentVideo['content']> => {
  const { bytes, content, ...options } = films[name]
  await writeFilm(path, options, Array<Buffer>(5).fill(Buffer.alloc(bytes, 1)))
  return content
}
