import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { createEvenClock, type EvenClock } from './clock.ts'
import {
  type PesTimes,
  type ReadTimes,
  readTime,
  readTimesOf,
  strideOf,
  TICKS_A_SECOND,
  writeTime,
} from './packets.ts'
import { createProgramReader, isProgramStream } from './program-packets.ts'

type Container = {
  /** For one time through the file. */
  readonly newReader: () => ReadTimes
  /** Whether the first of several pictures tells its time alone. */
  readonly isSparse: boolean
}

/** What the times of a transport or a program stream say. */
export type StreamClock = ReturnType<EvenClock['learnt']> & {
  readonly container: Container
  readonly seconds: number
}

/** Reads the times of an MPEG transport or program stream; `null` for any other file, and where there are none. */
export const readClock = async (path: string, signal: AbortSignal): Promise<StreamClock | null> => {
  const container = await containerOf(path)
  if (container === null) return null
  const clock = createEvenClock()
  const place = createPlace(clock, container)
  const read = container.newReader()
  await throughFile(path, signal, (bytes) =>
    read(bytes, (stream, times) => {
      place(bytes, stream, times)
    }),
  )
  const learnt = clock.learnt()
  return learnt.ticks === 0 ? null : { ...learnt, container, seconds: learnt.ticks / TICKS_A_SECOND }
}

/**
 * The path of a file with the same streams, of which the clock does not jump: the file itself, or a copy in `folder`
 * with other times. Engines take a jump for an error, each in its own way, and put sound and pictures apart by it.
 */
export const withEvenClock = async (
  path: string,
  folder: string,
  { isUneven, container, ...learnt }: StreamClock,
  signal: AbortSignal,
): Promise<string> => {
  if (!isUneven) return path
  const copy = join(folder, 'even-clock.mpeg')
  const place = createPlace(createEvenClock(learnt), container)
  const read = container.newReader()
  const file = await open(copy, 'wx')
  try {
    const rest = await throughFile(path, signal, async (bytes) => {
      const done = read(bytes, (stream, times) => {
        const shift = place(bytes, stream, times) - readTime(bytes, times.dts)
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
const createPlace = (clock: EvenClock, { isSparse }: Container) => {
  const decodedInOrder = new Set<number>()
  let hasSound = false
  return (bytes: Uint8Array, stream: number, { isVideo, pts, dts }: PesTimes): number => {
    if (pts !== dts) decodedInOrder.add(stream)
    hasSound ||= !isVideo
    const isShown = isVideo && !decodedInOrder.has(stream)
    const restOf = !isSparse ? undefined : !isVideo ? withPause : hasSound ? ofOnePicture : undefined
    return clock.place(stream, readTime(bytes, dts), isShown, restOf)
  }
}

/** The sound says better than the pictures where the last of them ends. */
const ofOnePicture = (step: number): number => Math.min(step, 0.04 * TICKS_A_SECOND)

/** A gap that is long enough for an engine to fill (FILLED_GAP), however much there is in the last packet of sound. */
const withPause = (step: number): number => step + 0.05 * TICKS_A_SECOND

const BLOCK_BYTES = 2 ** 20
const HEAD_BYTES = 2048

const containerOf = async (path: string): Promise<Container | null> => {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const head = buffer.subarray(0, bytesRead)
    if (isProgramStream(head)) return { newReader: createProgramReader, isSparse: true }
    const stride = strideOf(head)
    return stride === null ? null : { newReader: () => readTimesOf(stride), isSparse: false }
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
  take: (bytes: Buffer) => number | Promise<number>,
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
