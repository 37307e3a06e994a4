import type { Found } from '../../../domain/caching/found.ts'
import { createSingleFlight } from '../../../domain/caching/single-flight.ts'
import type { Unavailable } from '../../../domain/shared/errors.ts'
import { E, O } from '../../../fp.ts'
import type { CacheKey, CachePort } from '../../../ports/cache.ts'
import type { Clock } from '../../../ports/clock.ts'
import { addMilliseconds, type Elapsed, type Monotonic } from '../../../ports/monotonic.ts'
import { systemMonotonic } from '../../platform/system-monotonic.ts'
import {
  type CacheEntry,
  type CacheTier,
  entryFor,
  foundInTier,
  isFresh,
  loadStart,
  missedByTier,
} from './cache-tier.ts'
import { createGenerations } from './generations.ts'

type Tiers = {
  /** Asked first. */
  readonly memory: CacheTier
  readonly disk: CacheTier
  readonly clock: Clock
  readonly monotonic?: Monotonic
}

/** Another process on the same disk may change a value: for so long the memory speaks for what the disk has said. */
const memoryHoldsMs = 2000

/**
 * A tier in memory in front of one on disk. What is found on disk alone is remembered in memory, with the time
 * that remains to it; what can change, for two seconds at most. A refusal stays in memory alone: what it contradicts
 * goes from the disk, and no stranger can make files there. A crowd that asks for one value looks on the disk once.
 */
export const createTieredCache = ({ memory, disk, clock, monotonic = systemMonotonic }: Tiers): CachePort => {
  /** `asOf`: since then another process may have changed it. */
  const remember = <A>(key: CacheKey<A>, { value, expiresAt, mark }: CacheEntry<A>, asOf: Elapsed) =>
    memory.keep(
      key,
      expiresAt === null
        ? { value, expiresAt, mark }
        : { value, expiresAt, mark, believedUntil: addMilliseconds(asOf, memoryHoldsMs) },
    )

  const missedMemory = missedByTier(memory)

  /** How often anything was set or deleted: what was read from disk across such a change may be out of date. */
  let changes = 0

  const flight = createSingleFlight()
  const generations = createGenerations()

  const deleteByName = (name: string) => () =>
    generations.around(name, async () => {
      changes++
      const [, done] = await Promise.all([memory.delete(name)(), disk.delete(name)()])
      changes++
      // A look that began meanwhile may have found it on the disk, and remembered it.
      await memory.delete(name)()
      return done
    })

  const lookOnDisk = async <A>(key: CacheKey<A>): Promise<E.Either<Unavailable, O.Option<Found<A>>>> => {
    const before = changes
    const asOf = monotonic()
    const found = await disk.find(key)()
    if (E.isLeft(found)) return found
    if (O.isNone(found.right) || !isFresh(found.right.value, clock())) return E.right(O.none)
    if (changes === before) await remember(key, found.right.value, asOf)()
    return E.right(O.some(foundInTier(disk, key, found.right.value, clock, missedMemory)))
  }

  return {
    get: (key) => async () => {
      const held = await memory.find(key)()
      if (E.isRight(held) && O.isSome(held.right) && isFresh(held.right.value, clock()))
        return E.right(O.some(foundInTier(memory, key, held.right.value, clock)))
      // A look that began before a change is not for who comes after it.
      return flight(`${changes} ${key.name}`, () => lookOnDisk(key))
    },
    missed: missedByTier(memory, disk),
    generation: ({ name }) => generations.of(name),
    beginLoad: ({ name }) => loadStart(disk, name, generations, monotonic),
    set: (key, value, since) => async () => {
      if (since.generation !== generations.of(key.name)) return E.right(undefined)
      const kept = entryFor(key, value, clock(), since)
      changes++
      // Both begin at once: a delete that comes next must come second in both tiers.
      const [, done] = await Promise.all([
        remember(key, kept, since.at)(),
        (key.isNegative(value) ? disk.remove(key.name) : disk.keep(key, kept))(),
      ])
      changes++
      return done
    },
    delete: ({ name }) => deleteByName(name),
    deleteByName,
  }
}
