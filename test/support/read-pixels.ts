import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { isHere } from './is-here.ts'

const run = promisify(execFile)

/** A picture as it is read. */
export type Pixels = {
  readonly width: number
  readonly height: number
  /** Red, green and blue at a place given in fractions of width and height. */
  readonly at: (x: number, y: number) => readonly [number, number, number]
}

const placesIn =
  (pixels: Uint8Array, width: number, height: number): Pixels['at'] =>
  (x, y) => {
    const offset = 3 * (Math.floor(y * height) * width + Math.floor(x * width))
    return [pixels[offset] ?? -1, pixels[offset + 1] ?? -1, pixels[offset + 2] ?? -1]
  }

const sharpPixels = async (path: string): Promise<Pixels> => {
  // By its bytes: libvips remembers what stood under a path before.
  const { data, info } = await sharp(await readFile(path))
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, at: placesIn(data, info.width, info.height) }
}

/** By ffmpeg, a decoder that shares nothing with the one that made it; where that is not installed, by sharp. */
export const readPixels = (path: string): Promise<Pixels> =>
  isHere('ffmpeg') ? ffmpegPixels(path) : sharpPixels(path)

const ffmpegPixels = async (path: string): Promise<Pixels> => {
  const probe = [
    '-v',
    'error',
    '-select_streams',
    'v',
    '-show_entries',
    'stream=width,height',
    '-of',
    'csv=p=0',
  ]
  const { stdout: size } = await run('ffprobe', [...probe, path])
  const [width = 0, height = 0] = size.split(',').map(Number)

  const decode = ['-v', 'error', '-i', path, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']
  const { stdout: pixels } = await run('ffmpeg', decode, { encoding: 'buffer', maxBuffer: 100_000_000 })
  return { width, height, at: placesIn(pixels, width, height) }
}
