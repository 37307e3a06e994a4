import type { BadOrigin, Unavailable } from '../../../domain/shared/errors.ts'
import { toStreamError } from '../../../domain/shared/stream-failure.ts'
import { E } from '../../../fp.ts'
import type { FairScheduler } from './fair-scheduler.ts'
import type { Fill } from './fill.ts'
import { nextPieceEnd } from './pieces.ts'

const failureOf = (fill: Fill): BadOrigin | Unavailable | null => {
  const end = fill.end()
  return end === null || typeof end === 'string' ? null : end
}

/**
 * Waits until the byte at `start` has arrived: if the origin sends nothing, the read fails, and no stream is
 * returned. Resolves to `false` if the fill ended before that byte for a reason other than the origin.
 */
export const waitForOffset = async (
  fill: Fill,
  start: number,
  onArriving: () => void,
): Promise<E.Either<BadOrigin | Unavailable, boolean>> => {
  while (fill.end() === null && fill.reached() <= start) {
    if (fill.reached() > 0) onArriving()
    await fill.changed()
  }
  const failure = failureOf(fill)
  return failure === null ? E.right(fill.reached() > start) : E.left(failure)
}

/**
 * Yields the bytes of a fill as they arrive. Ends early if the fill ends early for a reason other than the
 * origin.
 *
 * Hundreds of readers may share a fill. Pieces are small, and the first is very small, so that all readers
 * get their first byte before any of them gets many bytes. The caller has waited for its turn before the
 * first piece.
 */
export async function* readFill(
  fill: Fill,
  start: number,
  end: number,
  turns: FairScheduler,
): AsyncGenerator<Uint8Array> {
  let at = start
  while (at < end) {
    const failure = failureOf(fill)
    if (failure !== null) throw toStreamError(failure)
    if (fill.reached() > at) {
      if (at > start) await turns.next('started')
      const chunk = await fill.read(at, Math.min(end, nextPieceEnd(start, at))).catch(() => null)
      if (chunk === null) return
      at += chunk.length
      yield chunk
    } else if (fill.end() !== null) return
    else await fill.changed()
  }
}
