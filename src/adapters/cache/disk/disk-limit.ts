import type { Monotonic } from '../../../ports/monotonic.ts'

/** How many blocks may be kept: fewer than the budget has for as long as the disk has no room for them. */
export type DiskLimit = {
  readonly blocks: () => number
  /** The disk has refused a write of `wanted` blocks, while `held` lie there. */
  readonly lower: (wanted: number, held: number) => void
}

type Options = {
  readonly maxBlocks: number
  readonly monotonic: Monotonic
  /** The disk is full; not called again until the limit has been as high as the budget. */
  readonly onLowered: (blocks: number) => void
}

/** How long after a change it is tried whether there is more room again. */
const retryMs = 30_000

/** What is given up at a time, so that the next write has room: 256 KiB, and a part in so many of what lies there. */
const stepBlocks = 64
const stepPart = 16

/** A limit of 0 has to grow, too. */
const growBlocks = 256

export const createDiskLimit = ({ maxBlocks, monotonic, onLowered }: Options): DiskLimit => {
  let limit = maxBlocks
  let changedAt = 0

  const set = (blocks: number): void => {
    limit = Math.min(maxBlocks, Math.max(0, blocks))
    changedAt = monotonic()
  }

  return {
    blocks: () => {
      if (limit < maxBlocks && monotonic() - changedAt >= retryMs) set(2 * limit + growBlocks)
      return limit
    },
    lower: (wanted, held) => {
      const wasWhole = limit === maxBlocks
      set(Math.min(limit, held) - Math.max(wanted, stepBlocks, Math.floor(held / stepPart)))
      if (wasWhole) onLowered(limit)
    },
  }
}
