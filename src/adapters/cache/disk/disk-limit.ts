import type { Monotonic } from '../../../ports/monotonic.ts'

/** The number of blocks that may be stored. It is below the budget while the disk has no room. */
export type DiskLimit = {
  readonly blocks: () => number
  /** The disk has refused a write of `wanted` blocks, while `held` blocks are stored. */
  readonly lower: (wanted: number, held: number) => void
}

type Options = {
  readonly maxBlocks: number
  readonly monotonic: Monotonic
  /** Called when the disk is full, and not again until the limit has been back at the budget. */
  readonly onLowered: (blocks: number) => void
}

/** Time after a change until the limit is raised again. */
const retryMs = 30_000

/** The limit drops by at least 256 KiB, and by a 16th of what is stored, so that the next write has room. */
const stepBlocks = 64
const stepPart = 16

/** Added at each raise, so that a limit of 0 grows too. */
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
