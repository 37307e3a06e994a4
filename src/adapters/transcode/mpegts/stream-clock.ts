import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { sourceBlocks } from '../source-bytes.ts'
import { type ContinuousClock, createContinuousClock } from './continuous-clock.ts'
import {
  createPacketReader,
  type PesTimes,
  packetStrideOf,
  readTimestamp,
  TICKS_PER_SECOND,
  type TimestampReader,
  writeTimestamp,
} from './packets.ts'
import { createProgramReader, isProgramStream } from './program-packets.ts'
import { createProgramTables, isMultiProgram, type ProgramMap } from './programs.ts'
import { createStreamSpans } from './stream-spans.ts'

/** Facts about the timestamps of one program. */
type ProgramClock = ReturnType<ContinuousClock['facts']> & { readonly seconds: number }

type Container = {
  /** Creates a reader for one pass over the file. */
  readonly newReader: () => TimestampReader
  /** Whether some frames have no timestamp of their own, because only the first of several frames has one. */
  readonly isSparse: boolean
  readonly programs: ProgramMap
}

/** Facts about the timestamps of a transport or program stream. */
export type StreamClock = {
  readonly container: Container
  readonly programs: ProgramMap
  /** The clock of each program, by the keys that `clockKeyIn` returns. */
  readonly clocks: ReadonlyMap<number, ProgramClock>
  /**
   * Returns the seconds after which other streams continue this stream; `null` if no stream continues it (see
   * createStreamSpans).
   */
  readonly splitAfter: (pid: number) => number | null
}

/**
 * Reads the timestamps of an MPEG transport or program stream. Returns `null` for any other file, and for a
 * file without timestamps.
 */
export const readStreamClock = async (path: string, signal: AbortSignal): Promise<StreamClock | null> => {
  const container = await containerOf(path, signal)
  if (container === null) return null
  const { programs } = container
  const clocks = new Map<number, ContinuousClock>()
  const place = createPlace(container, clocks)
  const spans = createStreamSpans()
  const read = container.newReader()
  await readBlocks(sourceBlocks(path, signal), (bytes) =>
    read(bytes, (stream, times) => spans.take(stream, times.isVideo, place(bytes, stream, times))),
  )
  if (container.isSparse && clocks.size === 0) return null
  const facts = [...clocks].map(([key, clock]): [number, ProgramClock] => {
    const ofClock = clock.facts()
    return [key, { ...ofClock, seconds: ofClock.ticks / TICKS_PER_SECOND }]
  })
  return { container, programs, clocks: new Map(facts), splitAfter: spans.splitAfter }
}

/**
 * Returns a function from the PID of a stream to the number that identifies the clock of the stream. All
 * streams of a program share one clock, so the number of the program identifies it.
 */
export const clockKeyIn = (programs: ProgramMap): ((pid: number) => number) => {
  if (!isMultiProgram(programs)) return () => ONLY_CLOCK
  const keys = new Map([...programs].map(([pid, [first = NO_PROGRAM]]) => [pid, first]))
  return (pid) => keys.get(pid) ?? NO_PROGRAM
}

const [NO_PROGRAM, ONLY_CLOCK] = [-1, -2]

/**
 * Returns the path of a file with the same streams on a clock without jumps: the file itself, or a copy in
 * `folder` with new timestamps. The copy is needed, because engines handle jumps in different wrong ways, so
 * that audio and video would be out of sync.
 */
export const removeClockJumps = async (
  path: string,
  folder: string,
  { container, clocks }: StreamClock,
  signal: AbortSignal,
): Promise<string> => {
  if (![...clocks.values()].some(({ isUneven }) => isUneven)) return path
  const copy = join(folder, 'even-clock.mpeg')
  const place = createPlace(
    container,
    new Map([...clocks].map(([key, facts]) => [key, createContinuousClock(facts)])),
  )
  const read = container.newReader()
  const file = await open(copy, 'wx')
  try {
    const rest = await readBlocks(sourceBlocks(path, signal), async (bytes) => {
      const consumed = read(bytes, (stream, times) => {
        const shift = place(bytes, stream, times) - readTimestamp(bytes, times.dts)
        for (const field of new Set([times.pts, times.dts]))
          writeTimestamp(bytes, field, readTimestamp(bytes, field) + shift)
      })
      await file.writeFile(bytes.subarray(0, consumed))
      return consumed
    })
    await file.writeFile(rest)
  } finally {
    await file.close()
  }
  return copy
}

/**
 * Returns a function that maps timestamps to continuous clocks. Missing clocks are added to `clocks`. Until a
 * frame of a video stream has a decoding timestamp, the timestamps of that stream count as presentation
 * timestamps, because its frames may be reordered.
 */
const createPlace = ({ programs, isSparse }: Container, clocks: Map<number, ContinuousClock>) => {
  const keyOf = clockKeyIn(programs)
  const decodedInOrder = new Set<number>()
  let hasAudio = false
  return (bytes: Uint8Array, stream: number, { isVideo, pts, dts }: PesTimes): number => {
    const key = keyOf(stream)
    const clock = clocks.get(key) ?? createContinuousClock()
    clocks.set(key, clock)
    if (pts !== dts) decodedInOrder.add(stream)
    hasAudio ||= !isVideo
    const isPts = isVideo && !decodedInOrder.has(stream)
    const durationOf = !isSparse ? undefined : !isVideo ? withPause : hasAudio ? ofOneFrame : undefined
    return clock.place(stream, readTimestamp(bytes, dts), isPts, durationOf)
  }
}

/**
 * Returns the distance to the previous timestamp, but at most the duration of one frame. The end of the last
 * frame is uncertain, and the audio is a better source for it.
 */
const ofOneFrame = (step: number): number => Math.min(step, 0.04 * TICKS_PER_SECOND)

/**
 * Adds a pause that is so long that engines fill it (FILLED_GAP), whatever the duration of the last audio
 * packet is.
 */
const withPause = (step: number): number => step + 0.05 * TICKS_PER_SECOND

const containerOf = async (path: string, signal: AbortSignal): Promise<Container | null> => {
  for await (const head of sourceBlocks(path, signal)) {
    if (isProgramStream(head)) return { newReader: createProgramReader, isSparse: true, programs: new Map() }
    const stride = packetStrideOf(head.subarray(0, STRIDE_BYTES))
    if (stride === null) return null
    const programs = await programMapIn(path, stride, signal)
    return { newReader: () => createPacketReader(stride), isSparse: false, programs }
  }
  return null
}

const STRIDE_BYTES = 2048
/**
 * Number of bytes that are searched for program tables. These bytes are half a second at 134 Mbit/s, and
 * tables are repeated several times a second.
 */
const HEAD_BYTES = 2 ** 23

const programMapIn = async (path: string, stride: number, signal: AbortSignal): Promise<ProgramMap> => {
  const { take, programs } = createProgramTables(stride)
  await readBlocks(firstBytes(sourceBlocks(path, signal), HEAD_BYTES), take)
  return programs
}

async function* firstBytes(blocks: AsyncIterable<Buffer>, length: number): AsyncGenerator<Buffer> {
  let left = length
  for await (const block of blocks) {
    yield block.subarray(0, left)
    left -= block.length
    if (left <= 0) return
  }
}

/**
 * Passes blocks to `take`, which returns the number of bytes that it has read. The next block starts with the
 * other bytes. Returns the bytes at the end that `take` has not read.
 */
const readBlocks = async (
  blocks: AsyncIterable<Buffer>,
  take: (bytes: Buffer) => number | Promise<number>,
): Promise<Uint8Array> => {
  let rest: Buffer = Buffer.alloc(0)
  for await (const block of blocks) {
    const bytes = rest.length === 0 ? block : Buffer.concat([rest, block])
    rest = bytes.subarray(await take(bytes))
  }
  return rest
}
