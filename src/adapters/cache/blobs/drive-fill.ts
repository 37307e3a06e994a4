import { createHash } from 'node:crypto'
import { fullRange } from '../../../domain/media/bytes.ts'
import { badOrigin, unavailable } from '../../../domain/shared/errors.ts'
import { withTaskTimeout } from '../../../domain/shared/with-timeout.ts'
import { E } from '../../../fp.ts'
import type { BlobOrigin } from '../../../ports/blob-cache.ts'
import { cancelStream, cancelUnstartedStream } from '../../platform/cancel-stream.ts'
import { withIdleTimeout, withStallTimeout } from '../../platform/stream-timeouts.ts'
import type { BlobWriter, SharedBlobReader } from './blob-storage.ts'
import type { FairScheduler } from './fair-scheduler.ts'
import type { Fill, FillEnd } from './fill.ts'

const storeUnavailable = unavailable('object store')

type FillDeps = {
  readonly stallMs: number
  readonly onUnwritable: (cause: unknown) => void
  /**
   * Is called when the origin sent wrong bytes. The readers get the error after the returned promise has
   * resolved.
   */
  readonly onWrongBytes: () => Promise<void>
  readonly turns: FairScheduler
}

/**
 * Reads a blob from the origin, only as fast as the storage writes, and verifies the blob. Resolves when the
 * fill has ended and its bytes are published or discarded. Never rejects.
 */
export const runFill = async (
  fill: Fill,
  bytes: BlobWriter,
  origin: BlobOrigin,
  { onWrongBytes, ...deps }: FillDeps,
): Promise<void> => {
  try {
    const end = await pull(fill, bytes, origin, deps)
    if (end === 'whole') {
      const published = fill.isDetached() ? Promise.resolve() : bytes.publish().catch(deps.onUnwritable)
      fill.finish(end, published)
      return await published
    }
    if (typeof end !== 'string' && end._tag === 'BadOrigin') await onWrongBytes()
    fill.finish(end)
  } catch (cause) {
    fill.finish(storeUnavailable(cause))
  }
}

const pull = async (
  fill: Fill,
  bytes: BlobWriter,
  origin: BlobOrigin,
  { stallMs, onUnwritable, turns }: Omit<FillDeps, 'onWrongBytes'>,
): Promise<FillEnd> => {
  const { size, sha256 } = fill.facts
  const opened = await withTaskTimeout(
    origin(fullRange(size)),
    stallMs,
    'object store',
    cancelUnstartedStream,
  )()
  if (E.isLeft(opened)) return opened.left

  // When the last reader leaves, the origin is cancelled, even if it is stalled.
  // biome-ignore lint/complexity/noVoid: `ended` never rejects, and `cancelStream` neither throws nor waits
  void fill.ended.then((end) => end === 'abandoned' && cancelStream(opened.right))

  const digest = createHash('sha256')
  let written = 0
  for await (const chunk of withIdleTimeout(opened.right, stallMs)) {
    // Readers that wait for their first piece get it before the next write.
    await turns.idle()
    if (fill.end() !== null) return 'abandoned'
    written += chunk.length
    if (written > size) return badOrigin(`more than the ${size} bytes that were stored`)
    digest.update(chunk)
    try {
      await bytes.write(chunk)
    } catch (cause) {
      onUnwritable(cause)
      return 'no room'
    }
    if (written < size) fill.advance(written)
  }
  if (fill.end() !== null) return 'abandoned'
  if (written < size) return badOrigin(`${written} bytes where ${size} were stored`)
  return digest.digest('hex') === sha256 ? 'whole' : badOrigin('bytes with another sha256')
}

/**
 * Reports to the readers in this process how far a fill by another process has come. Stops after `stallMs`
 * without new bytes. Never rejects.
 */
export const followFill = async (fill: Fill, bytes: SharedBlobReader, stallMs: number): Promise<void> => {
  try {
    while (fill.end() === null) {
      const { reached, state } = await withStallTimeout(bytes.progress(), stallMs)
      if (state !== 'growing') return fill.finish(state === 'whole' ? 'whole' : 'abandoned')
      fill.advance(Math.min(reached, fill.facts.size - 1))
    }
  } catch {
    fill.finish('abandoned')
  }
}
