import { createHash } from 'node:crypto'
import { wholeOf } from '../../../domain/media/bytes.ts'
import { badOrigin, unavailable } from '../../../domain/shared/errors.ts'
import { E } from '../../../fp.ts'
import type { BlobOrigin } from '../../../ports/blob-cache.ts'
import type { BlobWriter, SharedBlobReader } from './blob-shelf.ts'
import { cancelStream, unlessStalled, withTimeout } from './byte-streams.ts'
import type { Fill, FillEnd } from './fill.ts'
import { readOrigin } from './open-origin.ts'
import type { FairScheduler } from './turns.ts'

const broken = unavailable('object store')

type BringIn = {
  readonly stallMs: number
  readonly onUnwritable: (cause: unknown) => void
  /** Done before the readers are told. */
  readonly onBad: () => Promise<void>
  readonly turns: FairScheduler
}

/**
 * Brings the bytes in from the origin, at the pace of the place where they land, and verifies them. Resolves
 * when the fill has ended and its bytes are published or given up. Never rejects.
 */
export const runFill = async (
  fill: Fill,
  bytes: BlobWriter,
  origin: BlobOrigin,
  { onBad, ...how }: BringIn,
): Promise<void> => {
  try {
    const end = await pull(fill, bytes, origin, how)
    if (end === 'whole') {
      const published = fill.isDisowned() ? Promise.resolve() : bytes.publish().catch(how.onUnwritable)
      fill.finish(end, published)
      return await published
    }
    if (typeof end !== 'string' && end._tag === 'BadOrigin') await onBad()
    fill.finish(end)
  } catch (cause) {
    fill.finish(broken(cause))
  }
}

const pull = async (
  fill: Fill,
  bytes: BlobWriter,
  origin: BlobOrigin,
  { stallMs, onUnwritable, turns }: Omit<BringIn, 'onBad'>,
): Promise<FillEnd> => {
  const { size, sha256 } = fill.facts
  const opened = await readOrigin(origin, wholeOf(size), stallMs)
  if (E.isLeft(opened)) return opened.left

  // An origin that is silent when the last reader leaves is not waited for.
  // biome-ignore lint/complexity/noVoid: the end of a fill never rejects, and `leave` neither throws nor waits
  void fill.ended.then((end) => end === 'left' && cancelStream(opened.right))

  const digest = createHash('sha256')
  let landed = 0
  for await (const chunk of unlessStalled(opened.right, stallMs)) {
    // Until everybody has his first piece, there is no hurry with the next one.
    await turns.idle()
    if (fill.end() !== null) return 'left'
    landed += chunk.length
    if (landed > size) return badOrigin(`more than the ${size} bytes that were stored`)
    digest.update(chunk)
    try {
      await bytes.write(chunk)
    } catch (cause) {
      onUnwritable(cause)
      return 'no room'
    }
    if (landed < size) fill.reach(landed)
  }
  if (fill.end() !== null) return 'left'
  if (landed < size) return badOrigin(`${landed} bytes where ${size} were stored`)
  return digest.digest('hex') === sha256 ? 'whole' : badOrigin('bytes with another sha256')
}

/** Watches the bytes that another process brings in, for `stallMs` without a new one at most. Never rejects. */
export const followFill = async (fill: Fill, bytes: SharedBlobReader, stallMs: number): Promise<void> => {
  try {
    while (fill.end() === null) {
      const { reached, state } = await withTimeout(bytes.progress(), stallMs)
      if (state !== 'growing') return fill.finish(state === 'whole' ? 'whole' : 'left')
      fill.reach(Math.min(reached, fill.facts.size - 1))
    }
  } catch {
    fill.finish('left')
  }
}
