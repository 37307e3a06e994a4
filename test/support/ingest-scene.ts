import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import type { Adapters } from '../../src/composition/larder.ts'
import type { AddOptions } from '../../src/domain/ingest/add-file.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { createMemoryLarder } from './memory-larder.ts'
import { poster } from './pictures.ts'

export const addOptions = (overrides: Partial<AddOptions> = {}): AddOptions => ({
  isPublic: false,
  onRegistered: () => {},
  onProgress: () => {},
  ...overrides,
})

/** Returns a store in memory, and the set of its keys. */
export const createStoreWithKeys = (): { readonly store: ObjectStore; readonly keys: Set<string> } => {
  const store = createMemoryObjectStore()
  const keys = new Set<string>()
  return {
    keys,
    store: {
      ...store,
      put: (key, object) => {
        keys.add(key)
        return store.put(key, object)
      },
      delete: (key) => {
        keys.delete(key)
        return store.delete(key)
      },
    },
  }
}

/** Returns a library in memory, and the keys of its store. */
export const createLarderWithKeys = async (overrides: Partial<Adapters> = {}) => {
  const { store, keys } = createStoreWithKeys()
  return { larder: await createMemoryLarder({ store, ...overrides }), keys }
}

/** Makes a folder with a picture before the tests of a suite, and removes it after them. */
export const usePictureFolder = () => {
  const paths = { folder: '', picture: '' }
  before(async () => {
    paths.folder = await mkdtemp(path.join(tmpdir(), 'larder-ingest-'))
    paths.picture = path.join(paths.folder, 'poster.jpg')
    await poster(960).jpeg().toFile(paths.picture)
  })
  after(() => rm(paths.folder, { recursive: true }))
  return paths
}
