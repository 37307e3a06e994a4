import { AV_PIX_FMT_YUV420P, FF_ENCODER_LIBX264 } from 'node-av/constants'
import { writeFilm } from './write-film.ts'

const [width, height, rate, seconds] = [320, 180, 60, 3]

function* noise(): Generator<Buffer> {
  let seed = 1
  for (let i = 0; i < rate * seconds; i += 1) {
    const picture = Buffer.alloc((width * height * 3) / 2)
    for (let at = 0; at < picture.length; at += 1) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      picture[at] = seed >>> 24
    }
    yield picture
  }
}

/** A film of which no encoder can make few bits: three seconds of noise, 60 pictures a second, without sound. */
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
