import type { BadOrigin, Unavailable } from '../../../domain/shared/errors.ts'
import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { BlobBytes } from './blob-shelf.ts'
import { createCondition } from './signal.ts'

/**
 * How a fill ended. `whole`: all bytes are there and right. `no room`: they could not be written. `left`: who
 * brought them in has gone away. An error: the origin's fault, and no reader may come to a good end.
 */
export type FillEnd = 'whole' | 'no room' | 'left' | BadOrigin | Unavailable

/**
 * The bytes of one blob on their way in, and those who read them. It holds the bytes open until it has ended,
 * nothing is left to do, and the last reader has gone.
 */
export type Fill = {
  readonly facts: BlobFacts
  /** Bytes from 0 up to here can be read. The last of the blob are among them only once they are verified. */
  readonly reached: () => number
  readonly end: () => FillEnd | null
  readonly ended: Promise<FillEnd>
  /** Resolves when `reached` or `end` has changed. */
  readonly changed: () => Promise<void>
  /** As `BlobBytes.read`, up to `reached`. */
  readonly read: (start: number, end: number) => Promise<Uint8Array>
  readonly join: () => void
  readonly leave: () => void

  /** For the one who drives it: where the bytes land. */
  readonly landOn: (bytes: BlobBytes) => void
  readonly reach: (reached: number) => void
  /** Nobody is to find its bytes later: those who read them now are its last readers. */
  readonly disown: () => void
  readonly isDisowned: () => boolean
  /** Resolves when nothing is done any more with the bytes of one that has ended. */
  readonly settled: () => Promise<void>
  /** Ends it; bytes stay open until `lastWork`, which never rejects, is done. Only the first call counts. */
  readonly finish: (end: FillEnd, lastWork?: Promise<void>) => void
}

/** Less than this is brought in also when nobody waits for it any more: it will soon be asked for again. */
const finishesAnyway = 8 * 1024 * 1024

export const createFill = (facts: BlobFacts, onEnd: (end: FillEnd) => void): Fill => {
  let bytes: BlobBytes | null = null
  let reached = 0
  let end: FillEnd | null = null
  let readers = 0
  let working = false
  let settled = Promise.resolve()
  let disowned = false
  const { next, notify } = createCondition()
  let tellEnd: (end: FillEnd) => void = () => undefined
  const ended = new Promise<FillEnd>((resolve) => {
    tellEnd = resolve
  })

  const closeWhenIdle = () => {
    if (end === null || readers > 0 || working || bytes === null) return
    // What is kept of it has been published by now: this lets go of the file alone.
    bytes.close().catch(() => undefined)
    bytes = null
  }
  const finish: Fill['finish'] = (how, lastWork) => {
    if (end !== null) return
    end = how
    if (how === 'whole') reached = facts.size
    if (lastWork !== undefined) {
      working = true
      settled = lastWork.then(() => {
        working = false
        closeWhenIdle()
      })
    }
    onEnd(how)
    tellEnd(how)
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
      if (readers === 0 && end === null && facts.size - reached > finishesAnyway) finish('left')
      closeWhenIdle()
    },
    landOn: (where) => {
      bytes = where
      closeWhenIdle()
    },
    reach: (now) => {
      reached = now
      notify()
    },
    disown: () => {
      disowned = true
    },
    isDisowned: () => disowned,
    settled: () => settled,
    finish,
  }
}
