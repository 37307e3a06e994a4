import { deflateSync } from 'node:zlib'
import { chartColours, patchAt } from './chart.ts'
import { type Encoding, encodings } from './chart-encodings.ts'
import { pngChunk } from './chart-png.ts'

type Frame = {
  readonly shows: 'chart' | 'white' | 'nothing'
  readonly part?: 'lower half'
  readonly x?: number
  readonly dispose?: 0 | 1 | 2
  readonly blend?: 0 | 1
  /** Whether this is the default image, which is not a frame of the animation. */
  readonly isApart?: boolean
}

const [width, height] = [160, 120]

const numbers = (...values: ReadonlyArray<number>): Buffer => {
  const data = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) data.writeUInt32BE(value, 4 * i)
  return data
}

export type Apng = {
  readonly depth?: 8 | 16
  readonly encoding?: Encoding
  readonly chunks?: ReadonlyArray<Buffer>
  readonly frames: ReadonlyArray<Frame>
}

/** Returns an animated PNG with alpha. It is written without a library. */
export const createApng = ({ depth = 8, encoding = encodings.srgb, chunks = [], frames }: Apng): Buffer => {
  const bytes = depth / 8
  const max = 2 ** depth - 1
  const pixelsOf = ({ shows, part }: Frame): Buffer => {
    const top = part === 'lower half' ? height / 2 : 0
    const row = 1 + 4 * width * bytes
    const out = Buffer.alloc(row * (height - top))
    for (let y = top; y < height; y += 1)
      for (let x = 0; x < width; x += 1) {
        const patch = chartColours[patchAt(x / width, y / height)] ?? [0, 0, 0]
        const colour = shows === 'chart' ? encoding(patch) : shows === 'white' ? [1, 1, 1] : [0, 0, 0]
        for (const [c, value] of [...colour, shows === 'nothing' ? 0 : 1].entries())
          out.writeUIntBE(Math.round(value * max), (y - top) * row + 1 + (4 * x + c) * bytes, bytes)
      }
    return deflateSync(out)
  }
  let sequence = 0
  const written = frames.flatMap((frame, i) => {
    const top = frame.part === 'lower half' ? height / 2 : 0
    const pixels = pixelsOf(frame)
    const control = () =>
      pngChunk(
        'fcTL',
        Buffer.concat([
          numbers(sequence++, width, height - top, frame.x ?? 0, top),
          Buffer.from([0, 1, 0, 10, frame.dispose ?? 0, frame.blend ?? 0]),
        ]),
      )
    const before = frame.isApart ? [] : [control()]
    const data =
      i === 0 ? pngChunk('IDAT', pixels) : pngChunk('fdAT', Buffer.concat([numbers(sequence++), pixels]))
    return [...before, data]
  })
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', Buffer.concat([numbers(width, height), Buffer.from([depth, 6, 0, 0, 0])])),
    pngChunk('acTL', numbers(frames.filter(({ isApart }) => !isApart).length, 0)),
    ...chunks,
    ...written,
    pngChunk('IEND'),
  ])
}
