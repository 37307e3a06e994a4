import type { BadOrigin, Unavailable } from '../../../domain/shared/errors.ts'
import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { BlobReader } from './blob-storage.ts'
import { createCondition } from './condition.ts'

/**
 * How a fill ended. `whole`: all bytes are present and verified. `no room`: the bytes could not be written.
 * `abandoned`: the last reader left, or another process stopped writing. An error is passed to all readers.
 */
export type FillEnd = 'whole' | 'no room' | 'abandoned' | BadOrigin | Unavailable

/**
 * A running fetch of one blob, and its readers. The storage stays open until the fill has ended, the work
 * passed to `finish` is done, and the last reader has left.
 */
export type Fill = {
  readonly facts: BlobFacts
  /** Number of bytes that can be read. The last bytes of the blob count only after verification. */
  readonly reached: () => number
  /** How the fill ended; `null` while it runs. */
  readonly end: () => FillEnd | null
  readonly ended: Promise<FillEnd>
  /** Resolves at the next change of `reached` or `end`. */
  readonly changed: () => Promise<void>
  /** Reads as `BlobReader.read` does, but not beyond `reached`. */
  readonly read: (start: number, end: number) => Promise<Uint8Array>
  readonly join: () => void
  readonly leave: () => void

  /** Sets the storage of the bytes. Called by the code that runs the fill. */
  readonly attachStorage: (bytes: BlobReader) => void
  readonly advance: (reached: number) => void
  /**
   * Prevents the bytes from being published, because the blob was deleted. Current readers can read to the
   * end.
   */
  readonly detach: () => void
  readonly isDetached: () => boolean
  /** Resolves when the work passed to `finish` is done. */
  readonly settled: () => Promise<void>
  /**
   * Ends the fill. The storage stays open until `lastWork`, which must not reject, is done. Later calls have
   * no effect.
   */
  readonly finish: (end: FillEnd, lastWork?: Promise<void>) => void
}

/**
 * Without readers, a fill continues if at most this many bytes are missing, because a new request is likely
 * soon.
 */
const finishAnywayBytes = 8 * 1024 * 1024

export const createFill = (facts: BlobFacts, onEnd: (end: FillEnd) => void): Fill => {
  let bytes: BlobReader | null = null
  let reached = 0
  let end: FillEnd | null = null
  let readers = 0
  let working = false
  let settled = Promise.resolve()
  let detached = false
  const { next, notify } = createCondition()
  let resolveEnded: (end: FillEnd) => void = () => undefined
  const ended = new Promise<FillEnd>((resolve) => {
    resolveEnded = resolve
  })

  const closeWhenIdle = () => {
    if (end === null || readers > 0 || working || bytes === null) return
    // All cached bytes are published by now, so a failed close loses nothing.
    bytes.close().catch(() => undefined)
    bytes = null
  }
  const finish: Fill['finish'] = (outcome, lastWork) => {
    if (end !== null) return
    end = outcome
    if (outcome === 'whole') reached = facts.size
    if (lastWork !== undefined) {
      working = true
      settled = lastWork.then(() => {
        working = false
        closeWhenIdle()
      })
    }
    onEnd(outcome)
    resolveEnded(outcome)
    notify()
    closeWhenIdle()
  }

  return {
    facts,
    reached: () => reached,
    end: () => end,
    ended,
    changed: next,
    read: async (start, to) => {
      if (bytes === null) throw new Error('nothing to read from')
      return bytes.read(start, Math.min(to, reached))
    },
    join: () => {
      readers++
    },
    leave: () => {
      readers--
      if (readers === 0 && end === null && facts.size - reached > finishAnywayBytes) finish('abandoned')
      closeWhenIdle()
    },
    attachStorage: (storage) => {
      bytes = storage
      closeWhenIdle()
    },
    advance: (offset) => {
      reached = offset
      notify()
    },
    detach: () => {
      detached = true
    },
    isDetached: () => detached,
    settled: () => settled,
    finish,
  }
}
