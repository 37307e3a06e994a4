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
import { type Programs, programsIn } from './programs.ts'
import { createStreamSpans } from './stream-spans.ts'

/** What the times of one program say. */
export type ProgramClock = ReturnType<EvenClock['learnt']> & { readonly seconds: number }

type Container = {
  /** For one time through the file. */
  readonly newReader: () => ReadTimes
  /** Whether the first of several pictures tells its time alone. */
  readonly isSparse: boolean
  readonly programs: Programs
}

/** What the times of a transport or a program stream say. */
export type StreamClock = {
  readonly container: Container
  readonly programs: Programs
  /** By the key of `clockKey`. */
  readonly clocks: ReadonlyMap<number, ProgramClock>
  /** See createStreamSpans. */
  readonly goesOnAfter: (pid: number) => number | null
}

/** Reads the times of an MPEG transport or program stream; `null` for any other file, and where there are none. */
export const readClock = async (path: string, signal: AbortSignal): Promise<StreamClock | null> => {
  const container = containerOf(await headOf(path))
  if (container === null) return null
  const { programs } = container
  const clocks = new Map<number, EvenClock>()
  const place = createPlace(container, clocks)
  const spans = createStreamSpans()
  const read = container.newReader()
  await throughFile(path, signal, (bytes) =>
    read(bytes, (stream, times) => spans.take(stream, times.isVideo, place(bytes, stream, times))),
  )
  if (container.isSparse && clocks.size === 0) return null
  const learnt = [...clocks].map(([key, clock]): [number, ProgramClock] => {
    const said = clock.learnt()
    return [key, { ...said, seconds: said.ticks / TICKS_A_SECOND }]
  })
  return { container, programs, clocks: new Map(learnt), goesOnAfter: spans.goesOnAfter }
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
  { container, clocks }: StreamClock,
  signal: AbortSignal,
): Promise<string> => {
  if (![...clocks.values()].some(({ isUneven }) => isUneven)) return path
  const copy = join(folder, 'even-clock.mpeg')
  const place = createPlace(
    container,
    new Map([...clocks].map(([key, learnt]) => [key, createEvenClock(learnt)])),
  )
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

/**
 * `clocks` gets those that it lacks. Pictures that tell only when they are shown are decoded in another order, if any of
 * the stream tells no more.
 */
const createPlace = ({ programs, isSparse }: Container, clocks: Map<number, EvenClock>) => {
  const decodedInOrder = new Set<number>()
  let hasSound = false
  return (bytes: Uint8Array, stream: number, { isVideo, pts, dts }: PesTimes): number => {
    const key = clockKey(programs, stream)
    const clock = clocks.get(key) ?? createEvenClock()
    clocks.set(key, clock)
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

const containerOf = (head: Buffer): Container | null => {
  if (isProgramStream(head)) return { newReader: createProgramReader, isSparse: true, programs: new Map() }
  const stride = strideOf(head.subarray(0, STRIDE_BYTES))
  if (stride === null) return null
  return { newReader: () => readTimesOf(stride), isSparse: false, programs: programsIn(head, stride) }
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
