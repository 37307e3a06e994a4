import type { BadOrigin, Unavailable } from '../../../domain/shared/errors.ts'
import { toStreamError } from '../../../domain/shared/stream-failure.ts'
import { E } from '../../../fp.ts'
import type { Fill } from './fill.ts'
import { pieceEnd } from './pieces.ts'
import type { FairScheduler } from './turns.ts'

const failureOf = (fill: Fill): BadOrigin | Unavailable | null => {
  const end = fill.end()
  return end === null || typeof end === 'string' ? null : end
}

/**
 * Waits for the byte at `start`, so that an origin which has none at all fails the read and not its stream.
 * `false`: the fill has ended without it, and not by the origin's fault.
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
 * What the fill has to give, as it lands. Ends early when the fill does so without the origin's fault.
 *
 * Readers come by the hundred, some of them while others are being served. So a piece is small, and the first one, for
 * which the reader has waited his turn before, very small: everybody has his first byte before anybody has much.
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
      if (at > start) await turns.next('something')
      const chunk = await fill.read(at, Math.min(end, pieceEnd(start, at))).catch(() => null)
      if (chunk === null) return
      at += chunk.length
      yield chunk
    } else if (fill.end() !== null) return
    else await fill.changed()
  }
}
