import { createMemoryTier } from '../../src/adapters/cache/memory/memory-cache.ts'
import { createSingleTierCache } from '../../src/adapters/cache/tiers/cache-tier.ts'
import { createMemoryContentFileRepository } from '../../src/adapters/memory/memory-content-file-repository.ts'
import { createMemoryImageFileRepository } from '../../src/adapters/memory/memory-image-file-repository.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import { createMemoryStoredFileRepository } from '../../src/adapters/memory/memory-stored-file-repository.ts'
import { createMemoryWorkLocks, type HeldLocks } from '../../src/adapters/memory/memory-work-locks.ts'
import { createStoreSweep } from '../../src/domain/sweep/store-sweep.ts'
import { TE } from '../../src/fp.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import type { StoredFileRepository, StoredFileUse } from '../../src/ports/stored-file-repository.ts'
import { asMonotonic } from './as-monotonic.ts'
import { aStoredFile } from './builders.ts'
import { inChunks, sha256 } from './bytes.ts'
import { right } from './expect-right.ts'
import { silentLog } from './recording-log.ts'

export const hour = 3_600_000
export const neverAborted = new AbortController().signal

export const aStoredFileKey = (): string => aStoredFile().key

/** Keys that Larder does not write, although some look like its keys. */
export const keysInOtherFormats: ReadonlyArray<string> = [
  's3_files/readme.txt',
  's3_files/s3f_short',
  's3_files/cf_0123456789012345678901',
  's3_files/s3f_0123456789012345678901/x',
  's3_files/a/s3f_0123456789012345678901',
  'S3_files/s3f_0123456789012345678901',
  's3_files2/s3f_0123456789012345678901',
  's3_files/s3f_01234567890123456789012',
  'backup/s3_files/s3f_0123456789012345678901',
]

export const putText = async (store: ObjectStore, key: string, text = key): Promise<void> => {
  const bytes = Buffer.from(text)
  await right(
    store.put(key, {
      contentType: 'video/mp4',
      size: bytes.length,
      sha256: sha256(bytes),
      open: () => inChunks(bytes),
    }),
  )
}

export const keysIn = async (store: ObjectStore, prefix = ''): Promise<ReadonlyArray<string>> => {
  const keys: string[] = []
  for await (const { key } of store.list(prefix, null)) keys.push(key)
  return keys
}

/** A view of the objects of a store below a key prefix, as with the setting S3_PREFIX. */
export const withKeyPrefix = (prefix: string, store: ObjectStore): ObjectStore => ({
  ...store,
  put: (key, object) => store.put(prefix + key, object),
  read: (key, range) => store.read(prefix + key, range),
  delete: (key) => store.delete(prefix + key),
  list: async function* (keys, after) {
    for await (const object of store.list(prefix + keys, after === null ? null : prefix + after))
      yield { ...object, key: object.key.slice(prefix.length) }
  },
})

/** Creates in memory the repositories and the cache that a sweep needs for replaced exports. */
export const createSweptLibrary = (clock: () => number) => ({
  imageFiles: createMemoryImageFileRepository(clock),
  contentFiles: createMemoryContentFileRepository(clock),
  cache: createSingleTierCache(createMemoryTier(2 ** 20), clock),
})

const noneOfTrash = { files: 0, objects: 0 }

/** The trash of a library in which nothing was deleted. */
export const emptyTrashSweep = {
  empty: () => TE.right(noneOfTrash),
  count: TE.right({ files: 0, objects: null }),
}

const start = 1_800_000_000_000

type SweepScene = {
  now: number
  store: ObjectStore
  rows: Set<string>
  /** What the rows of stored objects belong to. */
  uses: StoredFileUse[]
  /** The marks that the database has given to the store. */
  marks: string[]
  /** Uids of the files whose exports were queued. */
  remade: string[]
  held: HeldLocks
  readonly reset: () => void
  readonly named: () => StoredFileRepository
  readonly sweepOf: (
    overrides?: Partial<Parameters<typeof createStoreSweep>[0]>,
  ) => ReturnType<typeof createStoreSweep>
  /** Stores `count` objects that rows name. */
  readonly fill: (count: number) => Promise<void>
}

/** Creates a store, rows that name its objects, and a sweep of both. A test begins with `reset`. */
export const createSweepScene = () => {
  const scene: SweepScene = {
    now: start,
    store: createMemoryObjectStore(() => scene.now),
    rows: new Set(),
    uses: [],
    marks: [],
    remade: [],
    held: new Map(),
    reset: () => {
      scene.now = start
      scene.store = createMemoryObjectStore(() => scene.now)
      scene.rows = new Set()
      scene.uses = []
      scene.marks = []
      scene.remade = []
      scene.held = new Map()
    },
    named: () =>
      createMemoryStoredFileRepository(
        'lib_ours',
        (key) => scene.rows.has(key),
        () => scene.uses,
        scene.marks,
      ),
    sweepOf: (overrides = {}) =>
      createStoreSweep({
        ...createSweptLibrary(() => scene.now),
        store: scene.store,
        storedFiles: scene.named(),
        locks: createMemoryWorkLocks(
          asMonotonic(() => scene.now),
          scene.held,
        ),
        jobs: { oldestRunningAge: TE.right(0) },
        trashSweep: emptyTrashSweep,
        trash: { isInTrash: () => TE.right(false) },
        remake: (uid) => TE.fromIO(() => void scene.remade.push(uid)),
        clock: () => scene.now,
        log: silentLog,
        ...overrides,
      }),
    fill: async (count) => {
      for (let i = 0; i < count; i += 1) {
        const key = aStoredFileKey()
        await putText(scene.store, key)
        scene.rows.add(key)
      }
    },
  }
  return scene
}
