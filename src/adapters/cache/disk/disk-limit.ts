import type { Monotonic } from '../../../ports/monotonic.ts'

/** The number of blocks that may be stored. It is lower than the budget while the disk is full. */
export type DiskLimit = {
  readonly blocks: () => number
  /**
   * Lowers the limit, because the disk has refused a write of `wanted` blocks while `held` blocks were
   * stored.
   */
  readonly lower: (wanted: number, held: number) => void
}

type Options = {
  readonly maxBlocks: number
  readonly monotonic: Monotonic
  /**
   * Is called when the limit drops below the budget. It is called again only after the limit has returned to
   * the budget.
   */
  readonly onLowered: (blocks: number) => void
}

/** Time after each change until the limit is raised again. */
const retryMs = 30_000

/**
 * The limit drops by at least 64 blocks (256 KiB), and by at least a 16th of the stored blocks, so that the
 * next write finds space.
 */
const stepBlocks = 64
const stepPart = 16

/** Number of blocks that each raise adds to the doubled limit, so that a limit of 0 can grow. */
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
      const wasAtMax = limit === maxBlocks
      set(Math.min(limit, held) - Math.max(wanted, stepBlocks, Math.floor(held / stepPart)))
      if (wasAtMax) onLowered(limit)
    },
  }
}
