import { readFile } from 'node:fs/promises'
import type { Knex } from 'knex'
import { openDiskCache } from '../../src/adapters/cache/disk/open-disk-cache.ts'
import { createMemoryTier } from '../../src/adapters/cache/memory/memory-cache.ts'
import { disabledTierMeter } from '../../src/adapters/cache/tiers/cache-meter.ts'
import { createStaleReader } from '../../src/adapters/cache/tiers/tier-stale-cache.ts'
import { createTieredBlobCache } from '../../src/adapters/cache/tiers/tiered-blob-cache.ts'
import { createTieredCache } from '../../src/adapters/cache/tiers/tiered-cache.ts'
import { createCachedMediaTokens } from '../../src/adapters/jose/cached-media-tokens.ts'
import type { PgConnection } from '../../src/adapters/knex/create-knex.ts'
import { createKnexContentFileRepository } from '../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexInstances } from '../../src/adapters/knex/knex-instances.ts'
import { createKnexJobQueue } from '../../src/adapters/knex/knex-job-queue.ts'
import { createKnexMediaRepository } from '../../src/adapters/knex/knex-media-repository.ts'
import { createKnexRevocations } from '../../src/adapters/knex/knex-revocations.ts'
import { createKnexStoredFileRepository } from '../../src/adapters/knex/knex-stored-file-repository.ts'
import { createKnexTrash } from '../../src/adapters/knex/knex-trash.ts'
import { createKnexUserRepository } from '../../src/adapters/knex/knex-user-repository.ts'
import { createPostgresInvalidationBus } from '../../src/adapters/knex/postgres-invalidation-bus.ts'
import { systemMonotonic } from '../../src/adapters/platform/system-monotonic.ts'
import type { Larder } from '../../src/composition/larder.ts'
import { createFollowTrust } from '../../src/domain/freshness/follow-trust.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { filesBelow } from './disk-usage.ts'
import { createMemoryLarder, createTestTokens, listen, publicUrl, type TestServer } from './memory-larder.ts'
import { silentLog } from './recording-log.ts'

/** The adapters of one library in PostgreSQL. */
export const knexAdapters = (db: Knex) => ({
  imageFiles: createKnexImageFileRepository(db),
  contentFiles: createKnexContentFileRepository(db),
  media: createKnexMediaRepository(db),
  trash: createKnexTrash(db),
  storedFiles: createKnexStoredFileRepository(db),
  users: createKnexUserRepository(db),
  revocations: createKnexRevocations(db),
  instances: createKnexInstances(db),
  jobs: createKnexJobQueue(db, 'test'),
})

export type LibraryInstance = {
  readonly larder: Larder
  readonly server: TestServer
  readonly follower: Larder['follower']
  readonly close: () => Promise<void>
}

type Options = {
  readonly db: Knex
  readonly connection: () => PgConnection
  readonly store: ObjectStore
  /** The folder of its cache. */
  readonly dir: string
  readonly busStartUnheardSeconds?: number
}

/** Starts a serving process in this one: the production cache, the follower, and a socket. */
export const startLibraryInstance = async ({
  db,
  connection,
  store,
  dir,
  busStartUnheardSeconds,
}: Options): Promise<LibraryInstance> => {
  const followTrust = createFollowTrust(systemMonotonic)
  const disk = await openDiskCache({
    dir,
    clock: Date.now,
    log: silentLog,
    scope: publicUrl,
    maxBytes: 2 ** 30,
  })
  const larder = await createMemoryLarder(
    {
      ...knexAdapters(db),
      cache: createTieredCache({
        memory: createMemoryTier(2 ** 20, disabledTierMeter, systemMonotonic, followTrust.until),
        disk: disk.values,
        clock: Date.now,
      }),
      stale: createStaleReader(disk.values, Date.now),
      blobs: createTieredBlobCache({ disk: disk.blobs, maxBytes: 2 ** 24 }),
      bus: createPostgresInvalidationBus(db, async () => connection()),
      busPositions: disk.positions,
      followTrust,
      tokens: createCachedMediaTokens(createTestTokens(Date.now), Date.now),
      store,
      clock: Date.now,
      monotonic: systemMonotonic,
    },
    undefined,
    busStartUnheardSeconds,
  )
  await larder.revocationService.openIndex()
  const stopping = new AbortController()
  const running = larder.follower.run(stopping.signal)
  const server = await listen(larder)
  return {
    larder,
    server,
    follower: larder.follower,
    close: async () => {
      await server.close()
      stopping.abort()
      await running
      await disk.close()
    },
  }
}

/** Returns the paths of the files below a folder that contain these bytes. */
export const filesWith = async (folder: string, bytes: string): Promise<ReadonlyArray<string>> => {
  const found: string[] = []
  for (const path of await filesBelow(folder))
    if ((await readFile(path).catch(() => Buffer.of())).includes(bytes)) found.push(path)
  return found
}
