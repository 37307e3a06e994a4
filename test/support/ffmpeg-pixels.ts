import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A picture as ffmpeg reads it: a decoder that shares nothing with the one that made it. */
export type Pixels = {
  readonly width: number
  readonly height: number
  /** Red, green and blue at a place given in fractions of width and height. */
  readonly at: (x: number, y: number) => readonly [number, number, number]
}

export const ffmpegPixels = async (path: string): Promise<Pixels> => {
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
  const at = (x: number, y: number): readonly [number, number, number] => {
    const offset = 3 * (Math.floor(y * height) * width + Math.floor(x * width))
    return [pixels[offset] ?? -1, pixels[offset + 1] ?? -1, pixels[offset + 2] ?? -1]
  }
  return { width, height, at }
}
