import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { createIdTable } from '../../../../src/adapters/cache/eviction/id-table.ts'
import { createS3Fifo, type S3Fifo } from '../../../../src/adapters/cache/eviction/s3-fifo.ts'
import { type CacheModel, fifoModel, lruModel, naiveS3Fifo } from '../../../support/eviction-models.ts'

/**
 * Encodes small numbers as ids without collisions, so that the cache must behave as the reference model does.
 */
const plainId = (n: number): Uint8Array => {
  const id = Buffer.alloc(32)
  id.writeUInt32LE(n, 0)
  id.writeUInt32LE(n + 1, 4)
  return id
}

const hashedId = (n: number): Uint8Array => createHash('sha256').update(String(n)).digest()

const s3FifoModel = (capacity: number): CacheModel => {
  const policy = createS3Fifo(capacity)
  const ids = new Map<number, Uint8Array>()
  const idOf = (n: number): Uint8Array => {
    const id = ids.get(n) ?? hashedId(n)
    ids.set(n, id)
    return id
  }
  return {
    ask: (n) => {
      const id = idOf(n)
      const hit = policy.flagsOf(id) !== null
      if (hit) policy.touch(id)
      else policy.set(id, 1, 0)
      while (policy.weight() > capacity) policy.evict()
      return hit
    },
  }
}

/** Returns a generator of reproducible random numbers from 0 to 1 (mulberry32). */
const numbers = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

/**
 * Returns `length` requests for `objects` objects. The frequency of the n-th object is proportional to 1/n.
 */
const zipf = (objects: number, length: number): number[] => {
  const next = numbers(1)
  const upTo: number[] = []
  let sum = 0
  for (let n = 1; n <= objects; n++) {
    sum += 1 / n
    upTo.push(sum)
  }
  const pick = (position: number): number => {
    let [low, high] = [0, objects - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((upTo[middle] ?? 0) < position) low = middle + 1
      else high = middle
    }
    return low
  }
  return Array.from({ length }, () => pick(next() * sum))
}

const hits = (model: CacheModel, trace: ReadonlyArray<number>): number =>
  trace.reduce((count, id) => count + (model.ask(id) ? 1 : 0), 0)

describe('S3-FIFO', () => {
  type Op = { readonly op: 'keep' | 'touch' | 'drop' | 'evict'; readonly id: number; readonly weight: number }
  const ops = fc.array(
    fc.record({
      op: fc.constantFrom('keep', 'touch', 'touch', 'drop', 'evict') satisfies fc.Arbitrary<Op['op']>,
      id: fc.nat(40),
      weight: fc.integer({ min: 1, max: 9 }),
    }),
    { maxLength: 300 },
  )

  it('behaves like the reference model of the paper', () => {
    fc.assert(
      fc.property(ops, fc.integer({ min: 1, max: 200 }), (steps, maxWeight) => {
        const policy = createS3Fifo(maxWeight)
        const model = naiveS3Fifo(maxWeight)
        for (const { op, id, weight } of steps) {
          if (op === 'keep') {
            policy.set(plainId(id), weight, 0)
            model.keep(id, weight)
          } else if (op === 'touch') {
            policy.touch(plainId(id))
            model.touch(id)
          } else if (op === 'drop') {
            policy.remove(plainId(id))
            model.drop(id)
          } else {
            const evicted = policy.evict()
            expect(evicted === null ? null : Buffer.from(evicted.id).readUInt32LE(0)).to.equal(model.evict())
          }
          expect(policy.weight()).to.equal(model.weight())
          expect(policy.count()).to.equal(model.count())
        }
      }),
      { numRuns: 300 },
    )
  })

  it('misses less than LRU and FIFO when few objects are requested often', () => {
    const trace = zipf(20_000, 200_000)
    for (const capacity of [200, 2000]) {
      const ours = hits(s3FifoModel(capacity), trace)
      expect(ours).to.be.above(hits(lruModel(capacity), trace))
      expect(ours).to.be.above(hits(fifoModel(capacity), trace))
    }
  })

  it('keeps its entries during a scan, unlike LRU', () => {
    const hot = Array.from({ length: 800 }, (_, n) => n)
    const warmUp = [...hot, ...hot, ...hot, ...hot]
    const scan = Array.from({ length: 10_000 }, (_, n) => 1_000_000 + n)
    const afterScan = (model: CacheModel): number => {
      hits(model, [...warmUp, ...scan])
      return hits(model, hot)
    }
    expect(afterScan(lruModel(1000))).to.equal(0)
    expect(afterScan(s3FifoModel(1000))).to.equal(800)
  })

  it('keeps weights, counts and flags while it grows', () => {
    const policy: S3Fifo = createS3Fifo(1_000_000)
    for (let n = 0; n < 5000; n++) policy.restore(hashedId(n), 2, n % 256)
    for (let n = 0; n < 5000; n += 2) policy.remove(hashedId(n))
    for (let n = 0; n < 5000; n++) expect(policy.flagsOf(hashedId(n))).to.equal(n % 2 === 0 ? null : n % 256)
    expect(policy.count()).to.equal(2500)
    expect(policy.weight()).to.equal(5000)
  })

  it('can be iterated slot by slot while it changes', () => {
    const policy = createS3Fifo(1_000_000)
    for (let n = 0; n < 3000; n++) policy.set(hashedId(n), 1, 0)
    const walked = new Set<string>()
    for (let slot = policy.entryFrom(0); slot !== null; slot = policy.entryFrom(slot.place + 1)) {
      walked.add(Buffer.from(slot.entry.id).toString('hex'))
      policy.remove(slot.entry.id)
    }
    expect(walked.size).to.equal(3000)
    expect(policy.count()).to.equal(0)
  })
})

describe('the table of ids', () => {
  it('is a map, also for colliding ids', () => {
    const colliding = fc.nat(60).map((n) => {
      const id = Buffer.alloc(32)
      id.writeUInt32LE(n % 7, 0)
      id.writeUInt32LE(n, 8)
      return id
    })
    fc.assert(
      fc.property(fc.array(fc.record({ id: colliding, add: fc.boolean() }), { maxLength: 300 }), (steps) => {
        const table = createIdTable(() => undefined)
        const model = new Map<string, number>()
        for (const { id, add } of steps) {
          const slot = table.slotOf(id)
          expect(slot).to.equal(model.get(id.toString('hex')) ?? -1)
          if (add && slot < 0) model.set(id.toString('hex'), table.add(id))
          if (!add && slot >= 0) {
            expect(Buffer.from(table.idAt(slot)).equals(id)).to.equal(true)
            table.remove(slot)
            model.delete(id.toString('hex'))
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})
