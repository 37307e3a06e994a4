import { type FileHandle, open } from 'node:fs/promises'
import { type Refused, refused, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { TE } from '../../fp.ts'
import { SCAN_SECONDS } from './process/limits.ts'

// Readers of source files that run in the server's own process, unlike engines. A source may be hostile: every
// reader gets its bytes here, where reads are asynchronous, can be aborted, and are bounded in time and steps.

/** Random access to the bytes of a source. Near the end of the file, `at` returns fewer than `length` bytes. */
export type SourceBytes = {
  readonly size: number
  /** One step: a box, an element, a page. Rejects with BeyondLimits if a reader takes more than `maxSteps`. */
  readonly at: (position: number, length: number) => Promise<Buffer>
}

export type SourceLimits = {
  readonly maxSteps: number
  /** Returns a signal that aborts after this time. */
  readonly timeout: (seconds: number) => AbortSignal
}

export const sourceLimits: SourceLimits = {
  /** A browser records a day of 60 frames and 50 audio blocks a second as 9.5 million elements. */
  maxSteps: 10_000_000,
  timeout: (seconds) => AbortSignal.timeout(Math.ceil(seconds * 1000)),
}

/** A source exceeds a limit that no real file of its kind reaches. The message is for its owner. */
export class BeyondLimits extends Error {}

/** Runs a reader of a source. What exceeds a limit is refused; other failures say nothing about the source. */
export const readSource = <A>(read: () => Promise<A>): TE.TaskEither<Refused | Unavailable, A> =>
  TE.tryCatch(read, (cause) =>
    cause instanceof BeyondLimits ? refused(cause.message) : unavailable('transcoder')(cause),
  )

/** Opens a source for as long as `work` takes. */
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

/** Yields the bytes of a source from its start, in new blocks of up to 1 MiB. */
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

/** Bytes a second. A machine that reads more slowly cannot encode films. */
const SLOWEST_RATE = 1e6
/** A longer timer overflows, and fires at once. */
const MAX_TIMER_SECONDS = 2 ** 31 / 1000 - 1

const untilStopped = (signal: AbortSignal, size: number, { timeout }: SourceLimits): AbortSignal =>
  AbortSignal.any([signal, timeout(Math.min(MAX_TIMER_SECONDS, SCAN_SECONDS + size / SLOWEST_RATE))])

/** Headers stand near each other, or far apart: a window costs little in both cases. */
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
    // Sizes in headers lead anywhere, also beyond the positions that a file can have.
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
