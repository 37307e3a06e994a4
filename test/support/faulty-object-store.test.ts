import { expect } from 'chai'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import type { ByteStream } from '../../src/domain/media/bytes.ts'
import { O } from '../../src/fp.ts'
import { objectStoreContract } from '../contracts/object-store.contract.ts'
import { collect, inChunks, sha256 } from './bytes.ts'
import { left, right } from './expect-right.ts'
import { createFaultyObjectStore, type Fault, type FaultyObjectStore } from './faulty-object-store.ts'

const bytes = Buffer.from('a larder keeps food cool and dry')
const whole = { start: 0, end: bytes.length }

describe('the faulty object store of the tests', () => {
  let faulty: FaultyObjectStore

  beforeEach(async () => {
    faulty = createFaultyObjectStore(createMemoryObjectStore())
    const object = {
      contentType: 'a/b',
      size: bytes.length,
      sha256: sha256(bytes),
      open: () => inChunks(bytes),
    }
    await right(faulty.store.put('key', object))
  })

  const open = async (fault: Fault): Promise<ByteStream> => {
    faulty.when(() => fault)
    const found = await right(faulty.store.read('key', whole))
    if (O.isNone(found)) throw new Error('the object is missing')
    return found.value
  }
  const read = async (fault: Fault): Promise<string> => (await collect(await open(fault))).toString()

  describe('without a fault', () => {
    objectStoreContract(async () => createFaultyObjectStore(createMemoryObjectStore()).store)
  })

  it('ends, throws, truncates, appends and flips bits on demand', async () => {
    expect(await read({ kind: 'ends', after: 8 })).to.equal('a larder')
    expect(await read({ kind: 'truncated', size: 8 })).to.equal('a larder')
    expect(await read({ kind: 'appends', bytes: Buffer.from('!') })).to.equal(`${bytes}!`)
    expect(await read({ kind: 'flips', at: 2 })).to.equal('a marder keeps food cool and dry')
    const broken = await read({ kind: 'throws', after: 3 }).catch((error: Error) => error.message)
    expect(broken).to.equal('broken off on purpose')
    expect(faulty.openStreams()).to.equal(0)
  })

  it('stalls until heal is called', async () => {
    const reader = (await open({ kind: 'stalls', after: 8 }))[Symbol.asyncIterator]()
    expect((await reader.next()).value).to.have.length(8)
    const rest = reader.next()
    faulty.heal()
    expect((await rest).value).to.have.length(bytes.length - 8)
  })

  it('lets a reader cancel while it stalls', async () => {
    const reader = (await open({ kind: 'stalls', after: 0 }))[Symbol.asyncIterator]()
    const first = reader.next()
    expect(faulty.openStreams()).to.equal(1)
    await reader.return?.()
    expect((await first).done).to.equal(true)
    expect(faulty.openStreams()).to.equal(0)
  })

  it('fails one call with one key, and counts all calls', async () => {
    faulty.when(({ operation, key, nth }) =>
      operation === 'read' && key === 'key' && nth === 2 ? { kind: 'unavailable' } : null,
    )
    await right(faulty.store.read('key', whole))
    await left(faulty.store.read('key', whole))
    await right(faulty.store.read('key', whole))
    await right(faulty.store.read('other', whole))
    expect([faulty.reads('key'), faulty.reads(), faulty.puts('key')]).to.deep.equal([3, 4, 1])
    faulty.when(() => ({ kind: 'none' }))
    expect(await right(faulty.store.read('key', whole))).to.deep.equal(O.none)
    faulty.when(() => ({ kind: 'unavailable' }))
    for (const task of [faulty.store.delete('key'), faulty.store.check]) await left(task)
  })
})
