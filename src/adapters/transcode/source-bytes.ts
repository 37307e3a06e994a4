import { type FileHandle, open } from 'node:fs/promises'
import { type Refused, refused, type Unavailable } from '../../domain/shared/errors.ts'
import { TE } from '../../fp.ts'
import { failedWithFile } from '../platform/errno.ts'
import { SCAN_TIMEOUT_SECONDS } from './process/decoder-limits.ts'

// Access to source files for readers that run in the server's own process, unlike engines. A source file may
// be hostile, so every such reader gets its bytes through this file. Here all reads are asynchronous, can be
// aborted, and are limited in time and in number.

/**
 * Random access to the bytes of a source. Near the end of the file, `at` returns fewer than `length` bytes.
 */
export type SourceBytes = {
  readonly size: number
  /**
   * Reads bytes. Each call counts as one step: a reader makes one call for each box, element or page. Rejects
   * with BeyondLimits after more than `maxSteps` calls.
   */
  readonly at: (position: number, length: number) => Promise<Buffer>
}

type SourceLimits = {
  readonly maxSteps: number
  /** Returns a signal that is aborted after this time. */
  readonly timeout: (seconds: number) => AbortSignal
}

export const sourceLimits: SourceLimits = {
  /**
   * Maximum number of reads per source. The recording of a day by a browser, with 60 frames and 50 audio
   * blocks per second, has 9.5 million elements.
   */
  maxSteps: 10_000_000,
  timeout: (seconds) => AbortSignal.timeout(Math.ceil(seconds * 1000)),
}

/**
 * Signals that a source exceeds a limit that no real file of its kind reaches. The message is for the owner
 * of the source.
 */
export class BeyondLimits extends Error {}

/**
 * Runs a reader of a source. Fails with Refused if the source exceeds a limit. Fails with Unavailable for any
 * other failure, because such a failure does not show that the source is at fault.
 */
export const readSource = <A>(read: () => Promise<A>): TE.TaskEither<Refused | Unavailable, A> =>
  TE.tryCatch(read, (cause) =>
    cause instanceof BeyondLimits ? refused(cause.message) : failedWithFile('transcoder')(cause),
  )

/**
 * Waits for a reader whose facts an engine can do without. Returns `otherwise` if the source exceeds a limit.
 */
export const unlessBeyondLimits = <A, B>(reading: Promise<A>, otherwise: B): Promise<A | B> =>
  reading.catch((cause) => {
    if (cause instanceof BeyondLimits) return otherwise
    throw cause
  })

/** Opens a source and passes it to `work`. Closes the source when `work` has ended. */
export const withSourceBytes = async <A>(
  path: string,
  signal: AbortSignal,
  work: (bytes: SourceBytes) => Promise<A>,
  limits = sourceLimits,
): Promise<A> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    return await work({ size, at: createWindow(file, size, untilStopped(signal, size, limits), limits) })
  } finally {
    await file.close()
  }
}

const BLOCK_BYTES = 2 ** 20

/** Yields the bytes of a source from its start, in new blocks of at most 1 MiB. */
export async function* sourceBlocks(
  path: string,
  signal: AbortSignal,
  limits = sourceLimits,
): AsyncGenerator<Buffer> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const running = untilStopped(signal, size, limits)
    for (;;) {
      running.throwIfAborted()
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(BLOCK_BYTES), 0, BLOCK_BYTES)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/**
 * Minimum speed of reads in bytes per second. The time limit assumes this speed. A machine that reads more
 * slowly cannot encode videos.
 */
const SLOWEST_RATE = 1e6
/** Maximum time of a timer in seconds. A longer timer would overflow and fire at once. */
const MAX_TIMER_SECONDS = 2 ** 31 / 1000 - 1

const untilStopped = (signal: AbortSignal, size: number, { timeout }: SourceLimits): AbortSignal =>
  AbortSignal.any([signal, timeout(Math.min(MAX_TIMER_SECONDS, SCAN_TIMEOUT_SECONDS + size / SLOWEST_RATE))])

/**
 * Size in bytes of the window of the file that is kept in memory. Headers may be near to each other or far
 * apart, and this size costs little in both cases.
 */
const WINDOW_BYTES = 2 ** 16

const createWindow = (
  file: FileHandle,
  size: number,
  running: AbortSignal,
  { maxSteps }: SourceLimits,
): SourceBytes['at'] => {
  let [start, window, steps] = [0, Buffer.alloc(0), 0]
  return async (position, length) => {
    if (++steps > maxSteps) throw new BeyondLimits(`the file has more than ${maxSteps} parts`)
    // Sizes in headers may lead to any position, even beyond the end of the file. Such a read returns no
    // bytes.
    if (position >= size) return Buffer.alloc(0)
    if (position < start || position + length > start + window.length) {
      running.throwIfAborted()
      const wanted = Math.max(length, WINDOW_BYTES)
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, position)
      ;[start, window] = [position, buffer.subarray(0, bytesRead)]
    }
    return window.subarray(position - start, position - start + length)
  }
}
