import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import type { ByteStream } from '../../src/domain/media/bytes.ts'
import { O } from '../../src/fp.ts'
import type { NewObject, ObjectStore } from '../../src/ports/object-store.ts'
import { aStoredFileUid } from '../support/builders.ts'
import { collect, inChunks, sha256 } from '../support/bytes.ts'
import { left, right } from '../support/expect-right.ts'
import { newObject } from '../support/new-object.ts'

const aKey = (): string => `s3_files/${aStoredFileUid()}`

async function* breakingOff(bytes: Buffer): ByteStream {
  yield* inChunks(bytes)
  throw new Error('the source broke off')
}

/** What every ObjectStore promises. An adapter's test file calls it. */
export const objectStoreContract = (make: () => Promise<ObjectStore>): void => {
  let store: ObjectStore
  before(async () => {
    store = await make()
  })

  const put = async (bytes: Buffer): Promise<string> => {
    const key = aKey()
    await right(store.put(key, newObject(bytes)))
    return key
  }
  const open = async (key: string, start: number, end: number): Promise<ByteStream> => {
    const found = await right(store.read(key, { start, end }))
    if (O.isNone(found)) throw new Error(`there is no object ${key}`)
    return found.value
  }
  const read = async (key: string, start: number, end: number): Promise<Buffer> =>
    collect(await open(key, start, end))
  const isThere = async (key: string): Promise<boolean> =>
    O.isSome(await right(store.read(key, { start: 0, end: 0 })))

  it('passes its check', async () => {
    expect(await right(store.check)).to.equal(undefined)
  })

  it('returns any range of an object', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3000 }),
        fc.array(fc.tuple(fc.nat(3100), fc.nat(3100)), { minLength: 1, maxLength: 4 }),
        async (content, ranges) => {
          const bytes = Buffer.from(content)
          const key = await put(bytes)
          expect(await read(key, 0, bytes.length)).to.deep.equal(bytes)
          for (const [start, length] of ranges) {
            expect(await read(key, start, start + length)).to.deep.equal(
              bytes.subarray(start, start + length),
            )
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  it('returns no bytes of an empty object, and for empty ranges', async () => {
    const [empty, full] = [await put(Buffer.alloc(0)), await put(Buffer.from('larder'))]
    for (const [start, end] of [
      [0, 0],
      [0, 10],
      [5, 10],
    ] as const) {
      expect(await read(empty, start, end)).to.have.length(0)
    }
    for (const offset of [0, 3, 6, 100]) expect(await read(full, offset, offset)).to.have.length(0)
  })

  it('returns the bytes that exist of a range that ends beyond the object', async () => {
    const key = await put(Buffer.from('larder'))
    expect((await read(key, 3, 1_000_000)).toString()).to.equal('der')
    expect(await read(key, 6, 7)).to.have.length(0)
    expect(await read(key, 5_000, 1_000_000)).to.have.length(0)
  })

  it('returns none for a missing object', async () => {
    for (const [start, end] of [
      [0, 0],
      [0, 10],
      [7, 7],
      [7, 10],
    ] as const) {
      expect(await right(store.read(aKey(), { start, end }))).to.deep.equal(O.none)
    }
  })

  it('stores nothing before the task is run', async () => {
    const key = aKey()
    store.put(key, newObject(Buffer.from('larder')))
    expect(await isThere(key)).to.equal(false)
  })

  it('replaces an object', async () => {
    const key = await put(Buffer.from('the first, which is longer'))
    await right(store.put(key, newObject(Buffer.from('the second'))))
    expect((await read(key, 0, 100)).toString()).to.equal('the second')
  })

  it('keeps one of two concurrent puts, whole', async () => {
    const key = aKey()
    const [one, other] = [randomBytes(300_000), randomBytes(200_000)]
    await Promise.all([right(store.put(key, newObject(one))), right(store.put(key, newObject(other)))])
    const found = await read(key, 0, 300_000)
    expect(found.equals(one) || found.equals(other)).to.equal(true)
  })

  const bytes = randomBytes(5000)
  const lies: ReadonlyArray<readonly [string, Partial<NewObject>]> = [
    ['is shorter than announced', { open: () => inChunks(bytes.subarray(1)) }],
    ['is longer than announced', { open: () => inChunks(Buffer.concat([bytes, Buffer.from('!')])) }],
    ['has other bytes than announced', { open: () => inChunks(Buffer.alloc(5000, 1)) }],
    ['breaks off', { open: () => breakingOff(bytes) }],
    ['breaks off after the last byte', { size: 6000, open: () => breakingOff(bytes) }],
    ['is empty, although it declares a size', { open: () => inChunks(Buffer.alloc(0)) }],
  ]
  for (const [what, lie] of lies) {
    it(`stores nothing of a body that ${what}`, async () => {
      const key = aKey()
      expect((await left(store.put(key, newObject(bytes, lie))))._tag).to.equal('Unavailable')
      expect(await isThere(key)).to.equal(false)
    })
  }

  it('keeps the previous object when a put is refused', async () => {
    const key = await put(Buffer.from('the first'))
    await left(store.put(key, newObject(bytes, { sha256: sha256(Buffer.from('another')) })))
    expect((await read(key, 0, 100)).toString()).to.equal('the first')
  })

  it('returns none after a delete; deleting a missing object succeeds', async () => {
    const key = await put(Buffer.from('larder'))
    await right(store.delete(key))
    expect(await isThere(key)).to.equal(false)
    await right(store.delete(key))
    await right(store.put(key, newObject(Buffer.from('again'))))
    expect((await read(key, 0, 10)).toString()).to.equal('again')
  })

  it('returns to a slow reader the old object or an error, never a mixture', async () => {
    const [old, fresh] = [randomBytes(1_500_000), randomBytes(1_500_000)]
    const key = await put(old)
    const reader = (await open(key, 0, old.length))[Symbol.asyncIterator]()
    const chunks = [await reader.next()]
    await right(store.put(key, newObject(fresh)))
    const found = await restOf(reader, chunks).catch(() => null)
    if (found !== null) expect(found.equals(old)).to.equal(true)
    expect((await read(key, 0, fresh.length)).equals(fresh)).to.equal(true)
  })

  it('lets readers cancel at any time, also before the first byte', async () => {
    const content = randomBytes(1_500_000)
    const key = await put(content)
    for (let reader = 0; reader < 60; reader += 1) {
      const stream = (await open(key, 0, content.length))[Symbol.asyncIterator]()
      if (reader % 2 === 0) expect((await stream.next()).done).to.equal(false)
      await stream.return?.()
      expect((await stream.next()).done).to.equal(true)
    }
    expect((await read(key, 0, content.length)).equals(content)).to.equal(true)
  })

  describe('listing', () => {
    const keysOf = async (prefix: string, after: string | null = null): Promise<ReadonlyArray<string>> => {
      const keys: string[] = []
      for await (const { key } of store.list(prefix, after)) keys.push(key)
      return keys
    }
    const putText = (key: string, text = key) => right(store.put(key, newObject(Buffer.from(text))))

    it('returns nothing for a prefix without objects', async () => {
      expect(await keysOf('nothing/here')).to.deep.equal([])
    })

    it('returns all keys of a prefix in byte order, across pages', async () => {
      const folder = `list-${aStoredFileUid()}/`
      const names = [
        'a',
        'ab-c',
        'ab/b',
        'ab/c/d',
        'ab0',
        'B',
        '.hidden',
        'ü',
        '%',
        'z 1',
        '漢',
        '😀',
        'x&<y>',
      ]
      const keys = names.map((name) => folder + name)
      for (const key of keys.toReversed()) await putText(key)
      const inOrder = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      expect(await keysOf(folder)).to.deep.equal(inOrder)
      expect(await keysOf(`${folder}a`)).to.deep.equal(inOrder.filter((key) => key.startsWith(`${folder}a`)))
      for (const [index, key] of inOrder.entries())
        expect(await keysOf(folder, key), key).to.deep.equal(inOrder.slice(index + 1))
      expect(await keysOf(folder, `${folder}a-`), 'after a key that is not there').to.deep.equal(
        inOrder.filter((key) => Buffer.compare(Buffer.from(key), Buffer.from(`${folder}a-`)) > 0),
      )
    })

    it('returns the size of each object, and times that do not decrease', async () => {
      const folder = `list-${aStoredFileUid()}/`
      await putText(`${folder}one`, 'larder')
      await putText(`${folder}two`, '')
      const found = []
      for await (const object of store.list(folder, null)) found.push(object)
      expect(found.map(({ size }) => size)).to.deep.equal([6, 0])
      const [one = Number.NaN, two = Number.NaN] = found.map(({ modifiedAt }) => modifiedAt)
      expect(two - one).to.be.within(-1000, 60_000)
    })

    it('omits deleted objects', async () => {
      const folder = `list-${aStoredFileUid()}/`
      await putText(`${folder}one`)
      await putText(`${folder}two`)
      await right(store.delete(`${folder}one`))
      expect(await keysOf(folder)).to.deep.equal([`${folder}two`])
    })

    it('lets its reader cancel, and omits a put that is not complete', async () => {
      const folder = `list-${aStoredFileUid()}/`
      for (const name of ['1', '2', '3', '4', '5']) await putText(folder + name)
      for await (const { key } of store.list(folder, null)) {
        expect(key).to.equal(`${folder}1`)
        break
      }
      let seen: ReadonlyArray<string> = []
      const slow = async function* () {
        yield Buffer.from('lar')
        seen = await keysOf(folder)
        yield Buffer.from('der')
      }
      const facts = newObject(Buffer.from('larder'))
      await right(store.put(`${folder}6`, { ...facts, open: slow }))
      expect(seen).to.have.length(5)
      expect(await keysOf(folder)).to.have.length(6)
    })

    it('returns no unfinished upload while no put runs', async () => {
      const found = []
      for await (const upload of store.unfinishedUploads('s3_files/')) found.push(upload.name)
      expect(found).to.deep.equal([])
    })
  })

  describe('with 12 MiB', () => {
    const large = randomBytes(12 * 1024 * 1024)

    it('returns the whole object, and a range of it', async () => {
      const key = await put(large)
      expect((await read(key, 0, large.length)).equals(large)).to.equal(true)
      const [start, end] = [5 * 1024 * 1024 - 7, 9 * 1024 * 1024 + 3]
      expect((await read(key, start, end)).equals(large.subarray(start, end))).to.equal(true)
      await right(store.delete(key))
      expect(await isThere(key)).to.equal(false)
    })

    it('stores nothing when the last byte is missing or wrong', async () => {
      const key = aKey()
      const corrupted = Buffer.from(large)
      corrupted[large.length - 1] = (corrupted[large.length - 1] ?? 0) ^ 1
      await left(store.put(key, newObject(large, { open: () => inChunks(corrupted, 65_536) })))
      await left(store.put(key, newObject(large, { open: () => inChunks(large.subarray(0, -1), 65_536) })))
      expect(await isThere(key)).to.equal(false)
    })
  })
}

const restOf = async (
  reader: AsyncIterator<Uint8Array>,
  before: ReadonlyArray<IteratorResult<Uint8Array>>,
): Promise<Buffer> => {
  const chunks = before.flatMap((result) => (result.done === true ? [] : [result.value]))
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) chunks.push(next.value)
  return Buffer.concat(chunks)
}
