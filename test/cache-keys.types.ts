import { createMemoryCache } from '../src/adapters/cache/memory/memory-cache.ts'
import { cacheKeys } from '../src/ports/cache-keys.ts'
import { anImageExportUid, anImageFileUid, aStoredFileUid } from './support/builders.ts'

// Code that must not compile: `tsc` fails if one of these lines is no longer an error.

const cache = createMemoryCache(() => 0)
const since = await cache.beginLoad(cacheKeys.isAdmin({ sub: 'anna' }))
const forged = { generation: 0, invalidationVersion: null, at: 0 }

export const refusals = [
  // @ts-expect-error an image file's uid is not an image export's
  () => cacheKeys.imageExport({ uid: anImageFileUid() }),

  // @ts-expect-error a bare string is no uid
  () => cacheKeys.imagePlaylist({ uid: 'if_0123456789abcdefghijkl' }),

  // @ts-expect-error the template names a uid
  () => cacheKeys.imagePlaylist({}),

  // @ts-expect-error the template names a subject, not a uid
  () => cacheKeys.isAdmin({ uid: 'anna' }),

  // @ts-expect-error the value of this key is a flag, not a text
  () => cache.set(cacheKeys.isAdmin({ sub: 'anna' }), '1', since),

  // @ts-expect-error the record must be whole
  () => cache.set(cacheKeys.storedFile({ uid: aStoredFileUid() }), { size: 1 }, since),

  // @ts-expect-error a value is set with the generation at which its load began
  () => cache.set(cacheKeys.isAdmin({ sub: 'anna' }), true),

  // @ts-expect-error only a cache makes the start of a load
  () => cache.set(cacheKeys.isAdmin({ sub: 'anna' }), true, forged),

  // @ts-expect-error only the registry makes a key, with its codec and its TTL
  () => cache.get({ name: `image_files:exports:${anImageExportUid()}` }),
]
