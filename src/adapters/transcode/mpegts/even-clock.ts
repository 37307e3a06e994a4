import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { createEvenClock, type EvenClock } from './clock.ts'
import {
  forEachPacket,
  type PesTimes,
  pesTimesAt,
  pidAt,
  readTime,
  strideOf,
  TICKS_A_SECOND,
  writeTime,
} from './packets.ts'

/** What the times of a transport stream say. */
export type StreamClock = ReturnType<EvenClock['learnt']> & {
  readonly stride: number
  readonly seconds: number
}

/** Reads the times of an MPEG transport stream; `null` for any other file. */
export const readClock = async (path: string, signal: AbortSignal): Promise<StreamClock | null> => {
  const stride = await strideOfFile(path)
  if (stride === null) return null
  const clock = createEvenClock()
  const place = createPlace(clock)
  await throughFile(path, signal, (bytes) =>
    forEachPacket(bytes, stride, (at) => {
      const times = pesTimesAt(bytes, at)
      if (times !== null) place(bytes, at, times)
    }),
  )
  const learnt = clock.learnt()
  return { ...learnt, stride, seconds: learnt.ticks / TICKS_A_SECOND }
}

/**
 * The path of a file with the same streams, of which the clock does not jump: the file itself, or a copy in `folder`
 * with other times. Engines take a jump for an error, each in its own way, and put sound and pictures apart by it.
 */
export const withEvenClock = async (
  path: string,
  folder: string,
  { isUneven, stride, ...learnt }: StreamClock,
  signal: AbortSignal,
): Promise<string> => {
  if (!isUneven) return path
  const copy = join(folder, 'even-clock.ts')
  const place = createPlace(createEvenClock(learnt))
  const file = await open(copy, 'wx')
  try {
    const rest = await throughFile(path, signal, async (bytes) => {
      const done = forEachPacket(bytes, stride, (at) => {
        const times = pesTimesAt(bytes, at)
        if (times === null) return
        const shift = place(bytes, at, times) - readTime(bytes, times.dts)
        for (const field of new Set([times.pts, times.dts]))
          writeTime(bytes, field, readTime(bytes, field) + shift)
      })
      await file.writeFile(bytes.subarray(0, done))
      return done
    })
    await file.writeFile(rest)
  } finally {
    await file.close()
  }
  return copy
}

/** Pictures that tell only when they are shown are decoded in another order, if any of the stream tells no more. */
const createPlace = (clock: EvenClock) => {
  const decodedInOrder = new Set<number>()
  return (bytes: Uint8Array, at: number, { isVideo, pts, dts }: PesTimes): number => {
    const pid = pidAt(bytes, at)
    if (pts !== dts) decodedInOrder.add(pid)
    return clock.place(pid, readTime(bytes, dts), isVideo && !decodedInOrder.has(pid))
  }
}

const BLOCK_BYTES = 2 ** 20
const HEAD_BYTES = 2048

const strideOfFile = async (path: string): Promise<number | null> => {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return strideOf(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}

/**
 * Reads a file block by block. `take` returns how many bytes it is done with, and is given the others once more.
 * Returns those that it is never done with.
 */
const throughFile = async (
  path: string,
  signal: AbortSignal,
  take: (bytes: Uint8Array) => number | Promise<number>,
): Promise<Uint8Array> => {
  const file = await open(path)
  try {
    let rest = Buffer.alloc(0)
    for (;;) {
      signal.throwIfAborted()
      const block = Buffer.allocUnsafe(rest.length + BLOCK_BYTES)
      rest.copy(block)
      const { bytesRead } = await file.read(block, rest.length, BLOCK_BYTES)
      if (bytesRead === 0) return rest
      const bytes = block.subarray(0, rest.length + bytesRead)
      rest = bytes.subarray(await take(bytes))
    }
  } finally {
    await file.close()
  }
}
