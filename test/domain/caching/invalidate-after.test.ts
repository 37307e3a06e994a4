import { expect } from 'chai'
import { createMemoryCache } from '../../../src/adapters/cache/memory/memory-cache.ts'
import { invalidateAfter } from '../../../src/domain/caching/invalidate-after.ts'
import { outcomeUnknown, unavailable } from '../../../src/domain/shared/errors.ts'
import { O, TE } from '../../../src/fp.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import { aContentFileUid } from '../../support/builders.ts'
import { cacheValue } from '../../support/cache-value.ts'
import { right } from '../../support/expect-right.ts'

const key = cacheKeys.webPlaylist({ uid: aContentFileUid() })

describe('invalidateAfter', () => {
  it('deletes the values unless the write certainly changed nothing', async () => {
    const cases = [
      { write: TE.right(true), isDeleted: true },
      { write: TE.right(false), isDeleted: false },
      { write: TE.left(unavailable('database')('refused')), isDeleted: false },
      { write: TE.left(outcomeUnknown('database')('no answer')), isDeleted: true },
    ]
    for (const { write, isDeleted } of cases) {
      const cache = createMemoryCache(() => 0)
      await right(cacheValue(cache, key, 'list'))
      expect(await invalidateAfter(cache, [key], write)()).to.deep.equal(await write())
      expect(O.isNone(await right(cache.get(key))), JSON.stringify(await write())).to.equal(isDeleted)
    }
  })
})
