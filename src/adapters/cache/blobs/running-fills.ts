import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { BlobStorage } from './blob-storage.ts'
import { followFill, runFill } from './drive-fill.ts'
import type { FairScheduler } from './fair-scheduler.ts'
import { createFill, type Fill } from './fill.ts'
import type { FillOptions } from './fill-options.ts'
import type { BlobRequest } from './open-origin.ts'

/** The fills that run in this process: at most one per key. */
export type RunningFills = {
  readonly get: (name: string) => Fill | undefined
  readonly start: (request: BlobRequest) => Fill
  /**
   * Prevents a running fill of this name from being published. Resolves when the fill can no longer publish.
   */
  readonly detach: (name: string) => Promise<void>
  /** Resolves when every blob that has been fetched completely is in the storage. */
  readonly settled: () => Promise<void>
}

export const createRunningFills = (
  storage: BlobStorage,
  options: FillOptions,
  turns: FairScheduler,
): RunningFills => {
  const { stallMs, onWrongBytes, meter } = options
  const fills = new Map<string, Fill>()

  const drive = async (fill: Fill, { key, facts, origin }: BlobRequest): Promise<void> => {
    // The blob may have been stored between the reader's lookup and the start of this fill.
    const stored = await storage.open(key, facts).catch(() => null)
    if (stored !== null) {
      fill.attachStorage(stored)
      return fill.finish('whole')
    }

    const onUnwritable = (cause: unknown) => {
      meter.failed(key)
      options.onWriteError(cause)
    }
    const lease = await storage.begin(key, facts).catch(onUnwritable)
    if (!lease) return fill.finish('no room')
    fill.attachStorage(lease.bytes)
    if (lease.by === 'another') return followFill(fill, lease.bytes, stallMs)

    const filled = meter.filling(key)
    await runFill(fill, lease.bytes, origin, {
      stallMs,
      onUnwritable,
      onWrongBytes: () => onWrongBytes(key),
      turns,
    })
    const end = fill.end()
    if (end === 'whole') filled(facts.size)
    if (end !== null && typeof end === 'object') meter.failed(key)
  }

  return {
    get: (name) => fills.get(name),
    start: (request) => {
      const { name } = request.key
      const forget = () => {
        if (fills.get(name) === fill) fills.delete(name)
      }
      // A complete fill can be read until the storage has its bytes. A failed fill is removed at once.
      const fill = createFill(request.facts, (end) => end === 'whole' || forget())
      fills.set(name, fill)
      drive(fill, request)
        .catch((cause) => {
          // If the fill did not end here, its readers would wait forever. Now each of them continues from the
          // origin.
          options.onWriteError(cause)
          fill.finish('no room')
        })
        .finally(forget)
      return fill
    },
    detach: async (name) => {
      const fill = fills.get(name)
      fills.delete(name)
      fill?.detach()
      await fill?.settled()
    },
    settled: async () => {
      await Promise.all([...fills.values()].map((fill) => fill.settled()))
    },
  }
}

/**
 * Returns whether a fill fetches the blob with these facts. The comparison is necessary, because the same key
 * may refer to another blob by now.
 */
export const isFillOfBlob = (fill: Fill, { size, sha256 }: BlobFacts): boolean =>
  fill.facts.size === size && fill.facts.sha256 === sha256
