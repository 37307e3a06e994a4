import { expect } from 'chai'
import fc from 'fast-check'
import { defaultFillOptions, type FillOptions } from '../../src/adapters/cache/blobs/fill-options.ts'
import { type ByteStream, wholeOf } from '../../src/domain/media/bytes.ts'
import { badOrigin, unavailable } from '../../src/domain/shared/errors.ts'
import { E, TE } from '../../src/fp.ts'
import type { BlobCache, BlobFacts, BlobOrigin } from '../../src/ports/blob-cache.ts'
import type { CacheKey } from '../../src/ports/cache.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { aStoredFileUid } from '../support/builders.ts'
import { collect, inChunks, pour } from '../support/bytes.ts'
import { left, right } from '../support/expect-right.ts'
import { factsOf, gated, reading, recorded, someBytes, wellServed } from '../support/origins.ts'
import { countTurns } from '../support/turn-counter.ts'

/** What every BlobCache promises. Call it from the adapter's own test file; blobs of up to 16 MiB are read. */
export const blobCacheContract = (make: (options: FillOptions) => Promise<BlobCache>): void => {
  const MiB = 1024 * 1024
  const bytes = someBytes(100_000)
  const facts = factsOf(bytes)
  let key: CacheKey<BlobFacts>
  let cache: BlobCache

  beforeEach(async () => {
    key = cacheKeys.storedFile({ uid: aStoredFileUid() })
    cache = await make(defaultFillOptions)
  })

  const read = (origin: BlobOrigin, start = 0, end = facts.size) =>
    right(cache.read(key, facts, { start, end }, origin))

  /** The bytes, after which the fill that they came by has been put away. */
  const fillIt = async () => {
    expect(await collect(await read(wellServed(bytes).origin))).to.deep.equal(bytes)
    await isKept()
  }

  const isKept = async () => {
    expect(await collect(await read(noOrigin))).to.deep.equal(bytes)
  }

  const noOrigin: BlobOrigin = () => TE.left(unavailable('object store')('down'))

  describe('reading', () => {
    it('answers from the origin, and then without it', async () => {
      const { origin, asked } = wellServed(bytes)
      expect(await collect(await read(origin))).to.deep.equal(bytes)
      expect(asked).to.deep.equal([wholeOf(facts.size)])
      await isKept()
    })

    it('gives any range of what it holds', async () => {
      await fillIt()
      await fc.assert(
        fc.asyncProperty(fc.nat(facts.size), fc.nat(facts.size), async (a, b) => {
          const [start, end] = [Math.min(a, b), Math.max(a, b)]
          expect(await collect(await read(noOrigin, start, end))).to.deep.equal(bytes.subarray(start, end))
        }),
        { numRuns: 30 },
      )
    })

    it('gives the same bytes as they lie in memory, and into buffers of any size, where it offers that', async () => {
      await fillIt()
      await fc.assert(
        fc.asyncProperty(
          fc.nat(facts.size),
          fc.nat(facts.size),
          fc.integer({ min: 1000, max: 200_000 }),
          async (a, b, size) => {
            const [start, end] = [Math.min(a, b), Math.max(a, b)]
            const stream = await read(noOrigin, start, end)
            const got =
              stream.buffer ?? (await (stream.readInto ? pour(stream.readInto, size) : collect(stream)))
            expect(got).to.deep.equal(bytes.subarray(start, end))
          },
        ),
        { numRuns: 30 },
      )
    })

    it('gives no bytes for an empty range, and asks nobody', async () => {
      expect(await collect(await read(noOrigin, 500, 500))).to.have.length(0)
    })

    it('holds the blob without bytes as well', async () => {
      const empty = Buffer.alloc(0)
      const stream = await right(cache.read(key, factsOf(empty), wholeOf(0), noOrigin))
      expect(await collect(stream)).to.have.length(0)
    })

    it('does not give the bytes of another blob under the same key', async () => {
      await fillIt()
      const other = someBytes(facts.size, 7)
      const stream = await right(
        cache.read(key, factsOf(other), wholeOf(facts.size), wellServed(other).origin),
      )
      expect(await collect(stream)).to.deep.equal(other)
    })
  })

  describe('filling', () => {
    it('gives bytes as they land (W3)', async () => {
      const { origin, openTo } = gated(bytes)
      openTo(3000)
      const reader = reading(await read(origin))
      await reader.upTo(3000)
      expect(reader.got()).to.deep.equal(bytes.subarray(0, 3000))
      openTo(facts.size)
      await reader.upTo(facts.size)
      expect(reader.got()).to.deep.equal(bytes)
    })

    it('is shared by all who read at one time, whatever they read', async () => {
      const ranges = fc.tuple(fc.nat(facts.size), fc.nat(facts.size))
      await fc.assert(
        fc.asyncProperty(
          fc.array(ranges, { minLength: 1, maxLength: 12 }),
          fc.array(fc.integer({ min: 1, max: facts.size }), { minLength: 1, maxLength: 8 }),
          async (readers, gates) => {
            key = cacheKeys.storedFile({ uid: aStoredFileUid() })
            const { origin, asked, openTo } = gated(bytes, 7001)
            const results = readers.map(async ([a, b]) => {
              const [start, end] = [Math.min(a, b), Math.max(a, b)]
              const got = await collect(await read(origin, start, end))
              expect(got.equals(bytes.subarray(start, end))).to.equal(true)
            })
            for (const gate of [...gates.sort((a, b) => a - b), facts.size]) openTo(gate)
            await Promise.all(results)
            expect(asked.length).to.be.at.most(1)
          },
        ),
        { numRuns: 40 },
      )
    })

    const turnsSoFar = countTurns()

    it('lets everything else have its turn between two pieces of one reader', async () => {
      const large = someBytes(MiB)
      const ask = (origin: BlobOrigin) => right(cache.read(key, factsOf(large), wholeOf(MiB), origin))
      const { origin, openTo } = gated(large, 64 * 1024)
      openTo(1)
      const first = (await ask(origin))[Symbol.asyncIterator]()
      openTo(MiB)
      expect((await collect(await ask(origin))).equals(large)).to.equal(true)

      const turns: number[] = []
      for (let next = await first.next(); next.done !== true; next = await first.next())
        turns.push(turnsSoFar())
      expect(turns.length).to.be.above(4)
      expect(new Set(turns).size).to.equal(turns.length)
    })

    it('takes in readers who come late', async () => {
      const { origin, asked, openTo } = gated(bytes)
      openTo(50_000)
      const early = reading(await read(origin))
      await early.upTo(50_000)
      const late = reading(await read(origin, 10, 60_000))
      await late.upTo(49_990)
      expect(late.got()).to.deep.equal(bytes.subarray(10, 50_000))
      openTo(facts.size)
      await Promise.all([early.upTo(facts.size), late.upTo(59_990)])
      expect(late.got()).to.deep.equal(bytes.subarray(10, 60_000))
      expect(asked).to.have.length(1)
    })

    it('goes on for the others when the first reader leaves', async () => {
      const { origin, asked, openTo } = gated(bytes)
      openTo(5000)
      const first = reading(await read(origin))
      const second = reading(await read(origin))
      await first.upTo(5000)
      await first.leave()
      openTo(facts.size)
      await second.upTo(facts.size)
      expect(second.got()).to.deep.equal(bytes)
      expect(asked).to.have.length(1)
      await isKept()
    })

    it('goes on for the others when one leaves before the first byte, or reads no further', async () => {
      const { origin, asked, openTo } = gated(bytes)
      openTo(5000)
      await reading(await read(origin)).leave()
      const second = reading(await read(origin))
      await second.upTo(1000)
      const third = reading(await read(origin))
      openTo(facts.size)
      await third.upTo(facts.size)
      expect(third.got()).to.deep.equal(bytes)
      expect(asked).to.have.length(1)
      await second.leave()
    })

    it('is finished for those to come when little of it is missing', async () => {
      const { origin, asked, openTo } = gated(bytes)
      openTo(5000)
      await reading(await read(origin)).leave()
      openTo(facts.size)
      expect(await collect(await read(origin))).to.deep.equal(bytes)
      expect(asked).to.have.length(1)
    })

    it('is given up when nobody waits for much of it', async () => {
      const large = someBytes(10 * MiB)
      const ask = (origin: BlobOrigin) =>
        right(cache.read(key, factsOf(large), wholeOf(large.length), origin))
      const { origin, openTo, closed } = gated(large, 64 * 1024)
      openTo(MiB)
      const reader = reading(await ask(origin))
      await reader.upTo(MiB)
      await reader.leave()
      openTo(large.length)
      const again = wellServed(large, 64 * 1024)
      expect((await collect(await ask(again.origin))).equals(large)).to.equal(true)
      expect(again.asked).to.deep.equal([wholeOf(large.length)])
      expect(closed()).to.equal(1)
    })

    it('lets a far range be read by itself meanwhile', async () => {
      const large = someBytes(12 * MiB)
      const range = { start: 11 * MiB, end: 12 * MiB }
      const { origin, asked, openTo } = gated(large, 64 * 1024)
      openTo(MiB)
      const first = reading(await right(cache.read(key, factsOf(large), wholeOf(large.length), origin)))
      await first.upTo(1000)
      const far = wellServed(large, 64 * 1024)
      const got = await collect(await right(cache.read(key, factsOf(large), range, far.origin)))
      expect(got.equals(large.subarray(range.start, range.end))).to.equal(true)
      expect(far.asked).to.deep.equal([range])
      openTo(large.length)
      await first.upTo(large.length)
      expect(first.got().equals(large)).to.equal(true)
      expect(asked).to.have.length(1)
    })

    it('tells one who waits for a later place that bytes arrive, and nothing while none do', async () => {
      const large = someBytes(MiB)
      const { origin, openTo } = gated(large, 64 * 1024)
      let arrivals = 0
      let arrived = () => {}
      const last = { start: MiB - 10, end: MiB }
      const waits = cache.read(key, factsOf(large), last, origin, () => {
        arrivals += 1
        arrived()
      })()
      for (const part of [1, 2, 3]) {
        const next = new Promise<void>((resolve) => {
          arrived = resolve
        })
        expect(arrivals).to.equal(part - 1)
        openTo(part * 64 * 1024)
        await next
      }
      openTo(MiB)
      expect((await collect(await right(() => waits))).equals(large.subarray(last.start))).to.equal(true)
    })

    it('takes over a far reader when it has caught up with him', async () => {
      const large = someBytes(12 * MiB)
      const range = { start: 6 * MiB, end: 12 * MiB }
      const ask = (from: BlobOrigin) => right(cache.read(key, factsOf(large), range, from))
      const slow = gated(large, 64 * 1024)
      const { origin, openTo } = gated(large, 64 * 1024)
      openTo(1)
      const first = reading(await right(cache.read(key, factsOf(large), wholeOf(large.length), origin)))
      await first.upTo(1)
      slow.openTo(7 * MiB)
      const far = reading(await ask(slow.origin))
      await far.upTo(MiB / 2)
      openTo(large.length)
      await first.upTo(large.length)
      await far.upTo(6 * MiB)
      expect(far.got().equals(large.subarray(range.start))).to.equal(true)
      expect(slow.closed()).to.equal(1)
    })
  })

  describe('an origin that fails', () => {
    beforeEach(async () => {
      cache = await make({ ...defaultFillOptions, stallMs: 200 })
    })

    const flipped = Buffer.from(bytes)
    flipped[70_000] = (bytes[70_000] ?? 0) ^ 1

    async function* breakingOff(): ByteStream {
      yield* inChunks(bytes.subarray(0, 40_000))
      throw new Error('connection reset')
    }
    async function* hanging(): ByteStream {
      yield bytes.subarray(0, 40_000)
      await new Promise(() => undefined)
    }

    const faults: Readonly<Record<string, () => ByteStream>> = {
      'ends early': () => inChunks(bytes.subarray(0, facts.size - 1)),
      'has nothing at all': () => inChunks(Buffer.alloc(0)),
      'does not end in time': () => inChunks(Buffer.concat([bytes, Buffer.from('x')])),
      'gives more than there is in one chunk': () => inChunks(Buffer.concat([bytes, bytes]), 2 * facts.size),
      'has a bit flipped': () => inChunks(flipped),
      'has a bit flipped, and gives all in one chunk': () => inChunks(flipped, facts.size),
      'breaks off': breakingOff,
      'falls silent': hanging,
    }

    for (const [fault, stream] of Object.entries(faults)) {
      it(`fails all of its readers before their last byte when it ${fault}`, async () => {
        const { origin } = recorded(stream)
        const readers = Array.from({ length: 5 }, (_, i) => failsShort(origin, i * 10_000))
        await Promise.all(readers)
      })

      it(`starts anew after one that ${fault}`, async () => {
        await failsShort(recorded(stream).origin, 0)
        await fillIt()
      })
    }

    /** Reads to the end of the blob: fails at once, or throws with its last byte outstanding. */
    const failsShort = async (origin: BlobOrigin, start: number) => {
      const opened = await cache.read(key, facts, { start, end: facts.size }, origin)()
      if (E.isLeft(opened)) {
        expect(['BadOrigin', 'Unavailable']).to.include(opened.left._tag)
        return
      }
      const reader = reading(opened.right)
      const ended = await reader.upTo(facts.size).then(
        () => 'well',
        () => 'thrown',
      )
      expect(ended).to.equal('thrown')
      expect(reader.got().length).to.be.below(facts.size - start)
    }

    it('says what the origin said when it has no stream, and keeps nothing', async () => {
      const missing = badOrigin('no such object')
      expect(await left(cache.read(key, facts, wholeOf(facts.size), () => TE.left(missing)))).to.equal(
        missing,
      )
      await fillIt()
    })

    it('is unavailable when it never answers', async () => {
      const never: BlobOrigin = () => () => new Promise(() => undefined)
      expect(await left(cache.read(key, facts, wholeOf(facts.size), never))).to.include({
        _tag: 'Unavailable',
      })
      await fillIt()
    })

    it('may fail while whole blobs are read', async () => {
      await fillIt()
      expect(await collect(await read(noOrigin, 5, 50_000))).to.deep.equal(bytes.subarray(5, 50_000))
    })
  })

  describe('deleting', () => {
    it('forgets the bytes, and doing it again is fine', async () => {
      await fillIt()
      await right(cache.delete(key))
      await right(cache.delete(key))
      expect(await left(cache.read(key, facts, wholeOf(facts.size), noOrigin))).to.include({
        _tag: 'Unavailable',
      })
    })

    it('lets readers of a whole blob come to their end', async () => {
      await fillIt()
      const reader = reading(await read(noOrigin))
      await right(cache.delete(key))
      await reader.upTo(facts.size)
      expect(reader.got()).to.deep.equal(bytes)
    })

    it('[V23] keeps nothing of a fill that ends while it is under way, at whatever moment', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(40), fc.boolean(), async (steps, byName) => {
          key = cacheKeys.storedFile({ uid: aStoredFileUid() })
          const reader = collect(await read(wellServed(bytes, 10_000).origin))
          for (let step = 0; step < steps; step++) await new Promise((resolve) => setImmediate(resolve))
          await right(byName ? cache.deleteByName(key.name) : cache.delete(key))
          expect((await reader).equals(bytes)).to.equal(true)
          const opened = await cache.read(key, facts, wholeOf(facts.size), noOrigin)()
          expect(E.isLeft(opened)).to.equal(true)
        }),
        { numRuns: 40 },
      )
    })

    it('lets readers of a fill come to their end, and keeps nothing of it', async () => {
      const { origin, openTo } = gated(bytes)
      openTo(5000)
      const reader = reading(await read(origin))
      await right(cache.delete(key))
      openTo(facts.size)
      await reader.upTo(facts.size)
      expect(reader.got()).to.deep.equal(bytes)
      expect(await left(cache.read(key, facts, wholeOf(facts.size), noOrigin))).to.include({
        _tag: 'Unavailable',
      })
    })
  })
}
