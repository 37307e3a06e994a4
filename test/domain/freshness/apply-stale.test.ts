import { expect } from 'chai'
import { createMemoryBlobCache } from '../../../src/adapters/cache/memory/memory-blob-cache.ts'
import { createMemoryCache } from '../../../src/adapters/cache/memory/memory-cache.ts'
import { applyStaleValues } from '../../../src/domain/freshness/apply-stale.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { createOpenStreams } from '../../../src/domain/shared/open-streams.ts'
import { E, O, TE } from '../../../src/fp.ts'
import type { StaleValues } from '../../../src/ports/cache.ts'
import { cacheKeys, familiesOfName } from '../../../src/ports/cache-keys.ts'
import { aContentFileUid, anImageFileUid } from '../../support/builders.ts'
import { cacheValue } from '../../support/cache-value.ts'
import { cachedValue } from '../../support/cached-value.ts'
import { right } from '../../support/expect-right.ts'

describe('stale values', () => {
  const image = anImageFileUid()
  const playlist = cacheKeys.imagePlaylist({ uid: image })
  const other = cacheKeys.webPlaylist({ uid: aContentFileUid() })

  const create = () => {
    const memory = createMemoryCache(() => 0)
    const deleted: StaleValues[] = []
    const cache: typeof memory = {
      ...memory,
      invalidate: (stale) => {
        deleted.push(stale)
        return memory.invalidate(stale)
      },
    }
    return {
      deleted,
      deps: {
        cache,
        blobs: createMemoryBlobCache(),
        openStreams: createOpenStreams(),
        applyTakedowns: () => TE.right(undefined),
      },
    }
  }

  it('of a change of thousands of names are deleted as families, so that later changes need not wait', async () => {
    const { deleted, deps } = create()
    await right(cacheValue(deps.cache, playlist, 'a'))
    await right(cacheValue(deps.cache, other, 'b'))
    const names = Array.from({ length: 50_000 }, (_, n) => cacheKeys.isAdmin({ sub: `u${n}` }).name)
    await right(applyStaleValues(deps, { names: [...names, playlist.name], families: [] }))
    expect(deleted).to.deep.equal([{ names: [], families: ['auth:is_admin:{sub}', playlist.family] }])
    expect(await cachedValue(deps.cache, playlist)).to.deep.equal(O.none)
    expect(O.isSome(await cachedValue(deps.cache, other))).to.equal(true)
  })

  it('of a smaller change are deleted by name', async () => {
    const { deleted, deps } = create()
    await right(applyStaleValues(deps, { names: [playlist.name], families: [other.family] }))
    expect(deleted).to.deep.equal([{ names: [playlist.name], families: [other.family] }])
  })

  it('that cannot be dropped keep no takedown from being applied', async () => {
    const { deps } = create()
    const applied: boolean[] = []
    const applyTakedowns = (areValuesDropped: boolean) =>
      TE.fromIO(() => {
        applied.push(areValuesDropped)
      })
    const cache = { ...deps.cache, invalidate: () => TE.left(unavailable('cache')('full')) }
    expect(E.isLeft(await applyStaleValues({ ...deps, cache, applyTakedowns }, 'all')())).to.equal(true)
    await right(applyStaleValues({ ...deps, applyTakedowns }, 'all'))
    expect(applied).to.deep.equal([false, true])
  })

  it('have names that tell their families', () => {
    expect(familiesOfName(playlist.name)).to.deep.equal([playlist.family])
    expect(familiesOfName('content_files:vods:cfe_1:m3u')).to.deep.equal(['content_files:vods:{uid}:m3u'])
    expect(familiesOfName('revocations')).to.deep.equal([])
  })
})
