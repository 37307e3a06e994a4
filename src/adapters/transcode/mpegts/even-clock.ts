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
import { type Programs, programsIn } from './programs.ts'
import { createStreamSpans } from './stream-spans.ts'

/** What the times of one program say. */
export type ProgramClock = ReturnType<EvenClock['learnt']> & { readonly seconds: number }

/** What the times of a transport stream say. */
export type StreamClock = {
  readonly stride: number
  readonly programs: Programs
  /** By the key of `clockKey`. */
  readonly clocks: ReadonlyMap<number, ProgramClock>
  /** See createStreamSpans. */
  readonly goesOnAfter: (pid: number) => number | null
}

/** Reads the times of an MPEG transport stream; `null` for any other file. */
export const readClock = async (path: string, signal: AbortSignal): Promise<StreamClock | null> => {
  const head = await headOf(path)
  const stride = strideOf(head.subarray(0, STRIDE_BYTES))
  if (stride === null) return null
  const programs = programsIn(head, stride)
  const clocks = new Map<number, EvenClock>()
  const place = createPlace(programs, clocks)
  const spans = createStreamSpans()
  await throughFile(path, signal, (bytes) =>
    forEachPacket(bytes, stride, (at) => {
      const times = pesTimesAt(bytes, at)
      if (times !== null) spans.take(pidAt(bytes, at), times.isVideo, place(bytes, at, times))
    }),
  )
  const learnt = [...clocks].map(([key, clock]): [number, ProgramClock] => {
    const said = clock.learnt()
    return [key, { ...said, seconds: said.ticks / TICKS_A_SECOND }]
  })
  return { stride, programs, clocks: new Map(learnt), goesOnAfter: spans.goesOnAfter }
}

/** Programs that were put into one file side by side have nothing to do with each other, nor have their clocks. */
export const clockKey = (programs: Programs, pid: number): number =>
  hasSeveral(programs) ? (programs.get(pid)?.[0] ?? OF_NO_PROGRAM) : THE_ONE_CLOCK

const [OF_NO_PROGRAM, THE_ONE_CLOCK] = [-1, -2]

export const hasSeveral = (programs: Programs): boolean => new Set([...programs.values()].flat()).size > 1

/**
 * The path of a file with the same streams, of which the clock does not jump: the file itself, or a copy in `folder`
 * with other times. Engines take a jump for an error, each in its own way, and put sound and pictures apart by it.
 */
export const withEvenClock = async (
  path: string,
  folder: string,
  { stride, programs, clocks }: StreamClock,
  signal: AbortSignal,
): Promise<string> => {
  if (![...clocks.values()].some(({ isUneven }) => isUneven)) return path
  const copy = join(folder, 'even-clock.ts')
  const place = createPlace(
    programs,
    new Map([...clocks].map(([key, learnt]) => [key, createEvenClock(learnt)])),
  )
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

/**
 * `clocks` gets those that it lacks. Pictures that tell only when they are shown are decoded in another order, if any of
 * the stream tells no more.
 */
const createPlace = (programs: Programs, clocks: Map<number, EvenClock>) => {
  const decodedInOrder = new Set<number>()
  return (bytes: Uint8Array, at: number, { isVideo, pts, dts }: PesTimes): number => {
    const pid = pidAt(bytes, at)
    const key = clockKey(programs, pid)
    const clock = clocks.get(key) ?? createEvenClock()
    clocks.set(key, clock)
    if (pts !== dts) decodedInOrder.add(pid)
    return clock.place(pid, readTime(bytes, dts), isVideo && !decodedInOrder.has(pid))
  }
}

const BLOCK_BYTES = 2 ** 20
const STRIDE_BYTES = 2048
/** Tables come several times a second: this is half a second of 134 Mbit/s. */
const HEAD_BYTES = 2 ** 23

const headOf = async (path: string): Promise<Buffer> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(size, HEAD_BYTES)), 0, null, 0)
    return buffer.subarray(0, bytesRead)
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
