import sharp from 'sharp'
import { arePixelsBlank } from './blank-pixels.ts'
import { type Apng, type ApngFrame, readApng } from './headers/apng-frames.ts'
import { type Canvas, writePng } from './headers/png-writer.ts'

type Values = Canvas['data']

/**
 * Returns the stored pixel values of a frame, with alpha. Their colours are converted later
 * (decode-pixels.ts).
 */
const pixelsOf = async ({ png }: ApngFrame, isDeep: boolean): Promise<Values> => {
  const data = await sharp(png, { failOn: 'error', limitInputPixels: false, ignoreIcc: true })
    .toColourspace(isDeep ? 'rgb16' : 'srgb')
    .ensureAlpha()
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer()
  return isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data
}

/** Composites a pixel over the canvas (operator "over" for unassociated alpha, PNG-3 §13.15). */
const drawOver = (canvas: Values, to: number, frame: Values, from: number, max: number): void => {
  const above = (frame[from + 3] ?? 0) / max
  const below = ((canvas[to + 3] ?? 0) / max) * (1 - above)
  const alpha = above + below
  for (let c = 0; c < 3; c += 1)
    canvas[to + c] =
      alpha === 0 ? 0 : Math.round(((frame[from + c] ?? 0) * above + (canvas[to + c] ?? 0) * below) / alpha)
  canvas[to + 3] = Math.round(alpha * max)
}

const draw = (canvas: Canvas, frame: ApngFrame, pixels: Values, max: number): void => {
  for (let y = 0; y < frame.height; y += 1)
    for (let x = 0; x < frame.width; x += 1) {
      const to = 4 * ((frame.y + y) * canvas.width + frame.x + x)
      const from = 4 * (y * frame.width + x)
      if (frame.isOver) drawOver(canvas.data, to, pixels, from, max)
      else canvas.data.set(pixels.subarray(from, from + 4), to)
    }
}

const clear = (canvas: Canvas, { x, y, width, height }: ApngFrame): void => {
  for (let row = y; row < y + height; row += 1)
    canvas.data.fill(0, 4 * (row * canvas.width + x), 4 * (row * canvas.width + x + width))
}

const isWithin = (frame: ApngFrame, { width, height }: Apng): boolean =>
  frame.width > 0 && frame.height > 0 && frame.x + frame.width <= width && frame.y + frame.height <= height

/**
 * Maximum number of pixels of the canvas. Larger animations show their default image, because composing
 * frames would need gigabytes of memory.
 */
const maxPixels = 32_000_000

/**
 * Returns the first visible frame of an animated PNG, composited onto the frames before it, as a PNG.
 * Examines at most `maxFrames` frames. Returns `null` if all these frames are blank, or if the file is
 * malformed.
 */
export const composeFirstVisibleFrame = async (bytes: Buffer, maxFrames: number): Promise<Buffer | null> => {
  const apng = readApng(bytes, maxFrames)
  if (apng === null || apng.width * apng.height > maxPixels) return null
  const { width, height, depth, isGrey, profile, frames } = apng
  const isDeep = depth === 16
  const max = isDeep ? 65_535 : 255
  const length = 4 * width * height
  const canvas: Canvas = { width, height, data: isDeep ? new Uint16Array(length) : new Uint8Array(length) }
  for (const frame of frames) {
    if (!isWithin(frame, apng)) return null
    const before = frame.dispose === 'previous' ? canvas.data.slice() : null
    const pixels = await pixelsOf(frame, isDeep).catch(() => null)
    if (pixels === null) return null
    draw(canvas, frame, pixels, max)
    // The output is RGB, so the profile of a greyscale image does not match it and is omitted.
    if (!arePixelsBlank({ data: canvas.data, channels: 4 }, max))
      return writePng(canvas, profile === null || isGrey ? [] : [profile])
    if (frame.dispose === 'background') clear(canvas, frame)
    if (before !== null) canvas.data.set(before)
  }
  return null
}
