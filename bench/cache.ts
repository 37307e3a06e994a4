// Measures the cost of the cache and prints a table: `npx tsx --expose-gc bench/cache.ts [entries]`.

import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { cacheFolders } from '../src/adapters/cache/disk/cache-folders.ts'
import { createJournal } from '../src/adapters/cache/disk/journal.ts'
import { type DiskCache, openDiskCache } from '../src/adapters/cache/disk/open-disk-cache.ts'
import { createMemoryTier } from '../src/adapters/cache/memory/memory-cache.ts'
import { createTieredBlobCache } from '../src/adapters/cache/tiers/tiered-blob-cache.ts'
import { createTieredCache } from '../src/adapters/cache/tiers/tiered-cache.ts'
import { localProcessLiveness } from '../src/adapters/platform/process-liveness.ts'
import { type ByteStream, fullRange } from '../src/domain/media/bytes.ts'
import { E } from '../src/fp.ts'
import type { BlobCache } from '../src/ports/blob-cache.ts'
import { cacheKeys } from '../src/ports/cache-keys.ts'
import { aContentExportUid, aStoredFileUid } from '../test/support/builders.ts'
import { cacheValue } from '../test/support/cache-value.ts'
import { right } from '../test/support/expect-right.ts'
import {
  blobFactsOf,
  createGatedOrigin,
  createWorkingOrigin,
  pseudoRandomBytes,
} from '../test/support/origins.ts'

const MiB = 1024 * 1024
const silent = () => undefined
const log = { debug: silent, info: silent, warn: silent, error: silent }

const open = (dir: string, maintenanceIntervalMs = 2 ** 31 - 1): Promise<DiskCache> =>
  openDiskCache({ dir, clock: Date.now, log, scope: '', maxBytes: 2 ** 42, maintenanceIntervalMs })

const drain = async (stream: ByteStream): Promise<number> => {
  let length = 0
  for await (const chunk of stream) length += chunk.length
  return length
}

/** Measures throughput: returns how many calls of `work` complete per second, eight at a time. */
const rate = async (work: () => Promise<unknown>, count = 800): Promise<number> => {
  for (let n = 0; n < 50; n++) await work()
  let left = count
  const from = performance.now()
  const lane = async () => {
    while (left-- > 0) await work()
  }
  await Promise.all(Array.from({ length: 8 }, lane))
  return (1000 * count) / (performance.now() - from)
}

const show = (what: string, figure: string) => console.log(`${what.padEnd(58)} ${figure}`)

const warmReads = async (dir: string) => {
  const disk = await open(dir)
  const bytes = pseudoRandomBytes(2 * MiB)
  const facts = blobFactsOf(bytes)
  const key = cacheKeys.storedFile({ uid: aStoredFileUid() })
  const { origin } = createWorkingOrigin(bytes, 64 * 1024)
  const read = (blobs: BlobCache) => async () =>
    drain(await right(blobs.read(key, facts, fullRange(facts.size), origin)))
  const file = join(dir, 'plain')
  await writeFile(file, bytes)

  const tiered = createTieredBlobCache({ disk: disk.blobs, maxBytes: 64 * MiB })
  await read(tiered)()
  await disk.settled()
  const plain = await rate(() => drain(createReadStream(file)))
  show('2 MB, fs.createReadStream', `${plain.toFixed(0)}/s`)
  for (const [tier, blobs] of [['disk', disk.blobs] as const, ['memory', tiered] as const]) {
    const cached = await rate(read(blobs))
    show(`2 MB, ${tier}`, `${cached.toFixed(0)}/s = ${(cached / plain).toFixed(2)} × createReadStream`)
  }
  await disk.close()
}

const warmValues = async (dir: string) => {
  const disk = await open(dir)
  const key = cacheKeys.vodPlaylist({ uid: aContentExportUid() })
  const tiered = createTieredCache({ memory: createMemoryTier(MiB), disk: disk.values, clock: Date.now })
  await right(cacheValue(tiered, key, 'x'.repeat(4000)))
  const onDisk = await rate(() => right(disk.cache.get(key)), 20_000)
  const inMemory = await rate(() => right(tiered.get(key)), 500_000)
  show('value of 4 KB, disk', `${onDisk.toFixed(0)}/s`)
  show('value of 4 KB, memory', `${inMemory.toFixed(0)}/s`)
  await disk.close()
}

const crowd = async (dir: string) => {
  const disk = await open(dir)
  const bytes = pseudoRandomBytes(20 * MiB)
  const facts = blobFactsOf(bytes)
  const firstByte = async (clients: number) => {
    const key = cacheKeys.storedFile({ uid: aStoredFileUid() })
    const { origin, requestedRanges, openTo } = createGatedOrigin(bytes, 64 * 1024)
    globalThis.gc?.()
    const before = process.memoryUsage.rss()
    let [first, peak] = [0, before]
    openTo(bytes.length)
    const from = performance.now()
    const client = async () => {
      const stream = await right(disk.blobs.read(key, facts, fullRange(facts.size), origin))
      let length = 0
      for await (const chunk of stream) {
        if (length === 0) first = Math.max(first, performance.now() - from)
        length += chunk.length
        peak = Math.max(peak, process.memoryUsage.rss())
      }
    }
    await Promise.all(Array.from({ length: clients }, client))
    return {
      first,
      all: performance.now() - from,
      originReads: requestedRanges.length,
      growth: (peak - before) / MiB,
    }
  }
  for (const clients of [1, 1, 500]) {
    const { first, all, originReads, growth } = await firstByte(clients)
    show(
      `cold 20 MB, ${clients} at once: first byte of the last client`,
      `${first.toFixed(1)} ms (all done ${all.toFixed(0)} ms), ${originReads} × origin, RSS + ${growth.toFixed(0)} MiB`,
    )
  }
  await disk.close()
}

const manyEntries = async (dir: string, entries: number) => {
  await mkdir(dir, { recursive: true })
  const journal = createJournal(
    cacheFolders(dir).journal,
    () => join(dir, 'new-journal'),
    localProcessLiveness,
  )
  await journal.rewrite(
    (function* () {
      for (let n = 0; n < entries; n++)
        yield { op: 'stored', id: randomBytes(32), blocks: 1, flags: 0 } as const
    })(),
  )
  await journal.close()
  const used = () => {
    globalThis.gc?.()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = used()
  const from = performance.now()
  const disk = await open(dir)
  const key = cacheKeys.vodPlaylist({ uid: aContentExportUid() })
  const reply = await disk.cache.get(key)()
  const ready = performance.now() - from
  const entryCount = disk.usage().entries
  const bytes = (used() - before) / entries
  if (E.isLeft(reply) || entryCount !== entries) throw new Error('not all there')
  show(`${entries} entries: ready after`, `${ready.toFixed(0)} ms`)
  show(`${entries} entries: heap and array buffers an entry`, `${bytes.toFixed(0)} bytes`)
  await right(cacheValue(disk.cache, key, 'x'.repeat(4000)))
  const many = await rate(() => right(disk.cache.get(key)), 20_000)
  show(`${entries} entries: value of 4 KB, disk`, `${many.toFixed(0)}/s`)
  await disk.close()
}

const dir = await mkdtemp(join(tmpdir(), 'larder-bench-'))
try {
  await warmReads(join(dir, 'reads'))
  await warmValues(join(dir, 'values'))
  await crowd(join(dir, 'crowd'))
  await manyEntries(join(dir, 'many'), Number(process.argv[2] ?? 1_000_000))
} finally {
  await rm(dir, { recursive: true, force: true })
}
