import { expect } from 'chai'
import { createMemoryCache } from '../../../src/adapters/cache/memory/memory-cache.ts'
import { createAuthorizedRead } from '../../../src/domain/access/authorized-read.ts'
import { O, TE } from '../../../src/fp.ts'
import type { CachePort } from '../../../src/ports/cache.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import { aContentExportUid, aContentFileUid } from '../../support/builders.ts'
import { left, right } from '../../support/expect-right.ts'
import { setNow } from '../../support/set-now.ts'
import { createSlowLook } from '../../support/slow-look.ts'
import { valueIn } from '../../support/value-in.ts'

const key = cacheKeys.vodMeta({ uid: aContentExportUid() })
const meta = { contentFileUid: aContentFileUid(), height: 720 }
const his = () => TE.right(true)
const notHis = () => TE.right(false)

/** What is done to answer, in numbers. */
const counted = (inner: CachePort, found: O.Option<typeof meta>) => {
  const counts = { looks: 0, questions: 0, rights: 0, kept: 0 }
  const cache: CachePort = {
    ...inner,
    get: (at) => async () => {
      counts.looks += 1
      return inner.get(at)()
    },
    set: (at, value, since) => async () => {
      counts.kept += 1
      return inner.set(at, value, since)()
    },
  }
  const load = async () => {
    counts.questions += 1
    return TE.right(found)()
  }
  const isNotHis = () => async () => {
    counts.rights += 1
    return notHis()()
  }
  return { counts, cache, load, isNotHis }
}

describe('an authorized read', () => {
  it('costs another viewer the same when it is cached, when it is not, and when it is nowhere (W15)', async () => {
    const cached = createMemoryCache(() => 0)
    await right(setNow(cached, key, meta))
    const cases = [
      counted(cached, O.some(meta)),
      counted(
        createMemoryCache(() => 0),
        O.some(meta),
      ),
      counted(
        createMemoryCache(() => 0),
        O.none,
      ),
    ]
    for (const { cache, load, isNotHis, counts } of cases) {
      const failure = await left(createAuthorizedRead(cache)(key, load, isNotHis))
      expect(failure).to.deep.equal({ _tag: 'Forbidden', reason: 'other_subject' })
      expect(counts).to.deep.equal({ looks: 1, questions: 1, rights: 3, kept: 0 })
    }
  })

  it('asks once for owners who come at one time, also when one is late (W26)', async () => {
    const slow = createSlowLook(createMemoryCache(() => 0))
    const { cache, load, counts } = counted(slow.cache, O.some(meta))
    const ownedRead = createAuthorizedRead(cache)
    slow.holdNext()
    const late = right(ownedRead(key, load, his))
    const others = Array.from({ length: 5 }, () => right(ownedRead(key, load, his)))
    for (const { value } of await Promise.all(others)) expect(value).to.deep.equal(meta)
    slow.letGo()
    expect((await late).value).to.deep.equal(meta)
    expect(counts.questions).to.equal(1)
  })

  it('keeps for its owner what another viewer asked for at the same time', async () => {
    const { cache, load, counts } = counted(
      createMemoryCache(() => 0),
      O.some(meta),
    )
    const ownedRead = createAuthorizedRead(cache)
    const stranger = left(ownedRead(key, load, notHis))
    expect((await right(ownedRead(key, load, his))).value).to.deep.equal(meta)
    expect(await stranger).to.include({ _tag: 'Forbidden' })
    expect(await valueIn(cache, key)).to.deep.equal(O.some(meta))
    expect(counts).to.include({ questions: 1, kept: 1 })
  })
})
