import type { LocalStorage } from 'node-persist'
import {
  constantInvalidationVersions,
  type InvalidationVersions,
} from '../../src/adapters/cache/disk/invalidation-versions.ts'
import { createNodePersistTier } from '../../src/adapters/cache/disk/node-persist-cache.ts'
import { createSingleTierCache } from '../../src/adapters/cache/tiers/cache-tier.ts'
import type { CachePort } from '../../src/ports/cache.ts'
import type { Clock } from '../../src/ports/clock.ts'

type Options = {
  readonly storage: LocalStorage
  readonly clock: Clock
  readonly scope: string
  readonly versions?: InvalidationVersions
}

/** A cache of the disk tier alone. */
export const createNodePersistCache = ({
  storage,
  clock,
  scope,
  versions = constantInvalidationVersions,
}: Options): CachePort => createSingleTierCache(createNodePersistTier(storage, scope, versions), clock)
