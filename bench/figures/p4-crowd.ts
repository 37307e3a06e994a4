import { join } from 'node:path'
import { type CountingLarder, startCountingLarder } from '../larder/counting-larder.ts'
import type { Lab } from '../larder/lab.ts'
import type { Target } from '../larder/library.ts'
import { memoryOf, watchMemory } from '../larder/memory-of.ts'
import { measure } from '../load/measure.ts'
import type { Fact, Figure } from './figure.ts'

const crowd = 500
const MiB = 1024 * 1024

/**
 * Delay of the store's first byte, in milliseconds. Amazon S3 takes 100 to 200 ms ("Best practices design
 * patterns: optimizing Amazon S3 performance" in its user guide). With a shorter delay, fewer clients would
 * connect before the object arrives.
 */
const distantMs = 100

/**
 * Starts `clients` that request the same object at once. Returns the milliseconds until the last one gets its
 * first byte.
 */
const lastFirstByte = async ({ origin }: CountingLarder, { path, headers }: Target, clients: number) => {
  const { hostname, port } = new URL(origin)
  const { measured } = await measure({
    host: hostname,
    port: Number(port),
    paths: [path],
    headers,
    connections: clients,
    repliesEach: 1,
    warmupSeconds: 0,
    seconds: 300,
    status: 200,
    serverPid: null,
  })
  if (measured.errors > 0 || measured.responses !== clients)
    throw new Error('not all of the crowd were served')
  return measured.firstByte.max
}

/**
 * Starts `clients` that request one cold video. Returns latency, queries, reads of the store, and growth of
 * memory.
 */
const requestAtOnce = async (larder: CountingLarder, video: Target, clients: number) => {
  const before = await larder.counts()
  const memory = await memoryOf(larder.pid)
  let peak = memory
  const unwatch = watchMemory(larder.pid, 50, (bytes) => {
    peak = Math.max(peak, bytes)
  })
  const firstByte = await lastFirstByte(larder, video, clients)
  unwatch()
  const { queries, reads } = await larder.counts()
  return { firstByte, queries: queries - before.queries, reads: reads - before.reads, growth: peak - memory }
}

/** Measures a single client, then a crowd, then a crowd that requests only the health check. */
const measureCrowd = async ({ folder, library }: Lab, clients: number, storeMs: number) => {
  const cache = join(folder, `cache-crowd-${storeMs}`)
  const larder = await startCountingLarder({ DATA_DIR: folder, CACHE_DIR: cache }, storeMs)
  const [warmup, first, second, ...cold] = library.videos
  const [one, all] = cold
  if (!warmup || !first || !second || !one || !all) throw new Error('too few videos')
  try {
    // These requests are not measured: they open the first database connection and compile the code.
    for (const video of [warmup, first, second]) await requestAtOnce(larder, video, clients)
    const alone = await requestAtOnce(larder, one, 1)
    const together = await requestAtOnce(larder, all, clients)
    const idle = await lastFirstByte(larder, { path: '/healthz', headers: {} }, clients)
    return { alone: alone.firstByte, together, idle }
  } finally {
    await larder.stop()
  }
}

type Crowd = Awaited<ReturnType<typeof measureCrowd>>

const factsOf = (
  { alone, together, idle }: Crowd,
  where: string,
  goal: Fact['goal'],
): ReadonlyArray<Fact> => [
  { fact: `objects opened in ${where}`, value: together.reads, unit: '', goal: { atMost: 1 } },
  { fact: 'queries', value: together.queries, unit: '', goal: { atMost: 1 } },
  { fact: 'growth of memory', value: together.growth / MiB, unit: 'MiB', goal: { atMost: 64 } },
  { fact: 'first byte to a lone client', value: alone, unit: 'ms' },
  { fact: 'first byte to the last of the crowd', value: together.firstByte, unit: 'ms' },
  { fact: 'the same of as many who ask for nothing', value: idle, unit: 'ms' },
  {
    fact: 'the last of the crowd beside a lone client',
    value: together.firstByte / alone,
    unit: '×',
    ...(goal === undefined ? {} : { goal }),
  },
]

const run = async (lab: Lab, clients: number): Promise<ReadonlyArray<Fact>> => [
  ...factsOf(await measureCrowd(lab, clients, distantMs), `a store ${distantMs} ms away`, { atMost: 1.5 }),
  // A folder returns bytes before all connections are accepted, so this says nothing about a store over a
  // network.
  ...factsOf(await measureCrowd(lab, clients, 0), 'a folder as the store', undefined),
]

/** Latency when many clients request an object that is not in the cache. */
export const p4Crowd: Figure = {
  id: 'P4',
  title: `${crowd} clients at once ask for one cold object of 20 MB`,
  needs: [],
  run: async ({ lab, smoke }) => run(await lab(), smoke ? 20 : crowd),
}
