import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { isInstalled } from './is-installed.ts'

const run = promisify(execFile)

/** The pixels of a decoded image. */
type Pixels = {
  readonly width: number
  readonly height: number
  /** Red, green and blue at a position (fractions of width and height). */
  readonly at: (x: number, y: number) => readonly [number, number, number]
}

const pixelReader =
  (pixels: Uint8Array, width: number, height: number): Pixels['at'] =>
  (x, y) => {
    const offset = 3 * (Math.floor(y * height) * width + Math.floor(x * width))
    return [pixels[offset] ?? -1, pixels[offset + 1] ?? -1, pixels[offset + 2] ?? -1]
  }

const sharpPixels = async (path: string): Promise<Pixels> => {
  // The file is read first, because libvips caches files by path.
  const { data, info } = await sharp(await readFile(path))
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, at: pixelReader(data, info.width, info.height) }
}

/**
 * Decodes an image with ffmpeg, which shares no code with the encoder, or with sharp if ffmpeg is not
 * installed.
 */
export const readPixels = (path: string): Promise<Pixels> =>
  isInstalled('ffmpeg') ? ffmpegPixels(path) : sharpPixels(path)

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
  return { width, height, at: pixelReader(pixels, width, height) }
}
