import { AV_PIX_FMT_YUV420P, FF_ENCODER_LIBX264 } from 'node-av/constants'
import { writeFilm } from './write-film.ts'

const [width, height, rate, seconds] = [320, 180, 60, 3]

function* noise(): Generator<Buffer> {
  let seed = 1
  for (let count = 0; count < rate * seconds; count += 1) {
    const frame = Buffer.alloc((width * height * 3) / 2)
    for (let i = 0; i < frame.length; i += 1) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      frame[i] = seed >>> 24
    }
    yield frame
  }
}

/** Writes a film that cannot be compressed: three seconds of noise, 60 frames a second, without audio. */
export const writeNoiseFilm = (path: string): Promise<void> =>
  writeFilm(
    path,
    {
      width,
      height,
      rate,
      pixelFormat: AV_PIX_FMT_YUV420P,
      encoder: FF_ENCODER_LIBX264,
      options: { preset: 'ultrafast', crf: '20' },
    },
    noise(),
  )
