import * as t from 'io-ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import { refine } from '../domain/shared/refine.ts'
import type { TE } from '../fp.ts'
import { BusPosition } from './invalidation-bus.ts'

const TimeOfDay = refine('time', (u): u is number => Number.isSafeInteger(u) && Number(u) >= 0)

/** A position, and the time of day at which it was reached (milliseconds since 1970). */
export const SavedPosition = t.strict({ position: BusPosition, reachedAt: TimeOfDay })
export type SavedPosition = t.TypeOf<typeof SavedPosition>

/**
 * Stores how far the invalidations have been applied to the values on this disk. Processes that share the disk
 * share the position: each saves what it has applied itself, so whichever position is stored, everything
 * before it was applied.
 */
export type BusPositions = {
  /**
   * The position that was stored when the disk was opened, before this process read any value from it;
   * `null` if there was none. A later one would not do: another process may have saved it, after this one
   * copied a stale value to its memory.
   */
  readonly initial: SavedPosition | null
  /**
   * Replaces the stored position. The caller has applied all invalidations before it. After a
   * power loss, it may be an older one or none.
   */
  readonly save: (saved: SavedPosition) => TE.TaskEither<Unavailable, void>
}
