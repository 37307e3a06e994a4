import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { BlobStorage } from './blob-shelf.ts'
import { followFill, runFill } from './drive-fill.ts'
import { createFill, type Fill } from './fill.ts'
import type { FillOptions } from './fill-options.ts'
import type { BlobRequest } from './open-origin.ts'
import type { FairScheduler } from './turns.ts'

/** The fills of this process, one at most for each key. */
export type RunningFills = {
  readonly get: (name: string) => Fill | undefined
  readonly start: (request: BlobRequest) => Fill
  /** What is being brought in under this name will not be kept. Resolves when that is certain. */
  readonly disown: (name: string) => Promise<void>
  /** Resolves when every fill whose last byte has been read is on the shelf. */
  readonly settled: () => Promise<void>
}

export const createRunningFills = (
  shelf: BlobStorage,
  options: FillOptions,
  turns: FairScheduler,
): RunningFills => {
  const { stallMs, onBad, meter } = options
  const fills = new Map<string, Fill>()

  const drive = async (fill: Fill, { key, facts, origin }: BlobRequest): Promise<void> => {
    // It may have come to lie there between the reader's look and the start of this fill.
    const there = await shelf.open(key, facts).catch(() => null)
    if (there !== null) {
      fill.landOn(there)
      return fill.finish('whole')
    }

    const onUnwritable = (cause: unknown) => {
      meter.failed(key)
      options.onUnwritable(cause)
    }
    const begun = await shelf.begin(key, facts).catch(onUnwritable)
    if (!begun) return fill.finish('no room')
    fill.landOn(begun.bytes)
    if (begun.by === 'another') return followFill(fill, begun.bytes, stallMs)

    const filled = meter.filling(key)
    await runFill(fill, begun.bytes, origin, { stallMs, onUnwritable, onBad: () => onBad(key), turns })
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
      // Readers may join a whole one until it is published; one that failed is nobody's any more.
      const fill = createFill(request.facts, (end) => end === 'whole' || forget())
      fills.set(name, fill)
      drive(fill, request)
        .catch((cause) => {
          // Its readers would wait for ever for a fill that has no end: they go on from the origin, each by itself.
          options.onUnwritable(cause)
          fill.finish('no room')
        })
        .finally(forget)
      return fill
    },
    disown: async (name) => {
      const fill = fills.get(name)
      fills.delete(name)
      fill?.disown()
      await fill?.settled()
    },
    settled: async () => {
      await Promise.all([...fills.values()].map((fill) => fill.settled()))
    },
  }
}

/** Whether a fill brings in the bytes that somebody asks for. */
export const isFillOf = (fill: Fill, { size, sha256 }: BlobFacts): boolean =>
  fill.facts.size === size && fill.facts.sha256 === sha256
