import { TE } from '../../fp.ts'
import type { BusPositions, SavedPosition } from '../../ports/bus-positions.ts'

/** What several openings of the same memory share, as processes share a disk. */
export type StoredPosition = { current: SavedPosition | null }

/** Stores the position in memory, for tests. */
export const createMemoryBusPositions = (stored: StoredPosition = { current: null }): BusPositions => ({
  initial: stored.current,
  save: (saved) =>
    TE.fromIO(() => {
      stored.current = saved
    }),
})
