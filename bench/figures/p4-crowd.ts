import { join } from 'node:path'
import { type CountingLarder, startCountingLarder } from '../larder/counting-larder.ts'
import type { Lab } from '../larder/lab.ts'
import type { Target } from '../larder/library.ts'
import { memoryOf, watchMemory } from '../larder/memory-of.ts'
import { measure } from '../load/measure.ts'
import type { Fact, Figure } from './figure.ts'

const crowd = 500
const MiB = 1024 * 1024

/** So many clients ask for the same cold object at one time: milliseconds until the last has its first byte. */
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

/** A cold film for everybody, and all that it costs. */
const askAtOnce = async (larder: CountingLarder, film: Target, clients: number) => {
  const before = await larder.counts()
  const memory = await memoryOf(larder.pid)
  let most = memory
  const unwatch = watchMemory(larder.pid, 50, (bytes) => {
    most = Math.max(most, bytes)
  })
  const firstByte = await lastFirstByte(larder, film, clients)
  unwatch()
  const { queries, reads } = await larder.counts()
  return { firstByte, queries: queries - before.queries, reads: reads - before.reads, growth: most - memory }
}

const factsOf = (
  alone: { readonly firstByte: number },
  all: {
    readonly firstByte: number
    readonly queries: number
    readonly reads: number
    readonly growth: number
  },
  together: { readonly firstByte: number },
): ReadonlyArray<Fact> => [
  { fact: 'objects opened in the store', value: all.reads, unit: '', goal: { atMost: 1 } },
  { fact: 'queries', value: all.queries, unit: '', goal: { atMost: 1 } },
  { fact: 'first byte to a lone client', value: alone.firstByte, unit: 'ms' },
  { fact: 'first byte to the last of the crowd', value: all.firstByte, unit: 'ms' },
  { fact: 'the same of as many who ask for nothing', value: together.firstByte, unit: 'ms' },
  {
    fact: 'the last of the crowd beside a lone client',
    value: all.firstByte / alone.firstByte,
    unit: '×',
    goal: { atMost: 1.5 },
  },
  { fact: 'growth of memory', value: all.growth / MiB, unit: 'MiB', goal: { atMost: 64 } },
]

const run = async ({ folder, library }: Lab, clients: number): Promise<ReadonlyArray<Fact>> => {
  const larder = await startCountingLarder({ DATA_DIR: folder, CACHE_DIR: join(folder, 'cache-crowd') })
  const [warmup, first, second, ...cold] = library.films
  const [one, all] = cold
  if (!warmup || !first || !second || !one || !all) throw new Error('too few films')
  try {
    // The first of everything (a connection to the database, code that was never run) is not what is measured.
    for (const film of [warmup, first, second]) await askAtOnce(larder, film, Math.ceil(clients / 5))
    const alone = await askAtOnce(larder, one, 1)
    const together = { path: '/healthz', headers: {} }
    return factsOf(alone, await askAtOnce(larder, all, clients), {
      firstByte: await lastFirstByte(larder, together, clients),
    })
  } finally {
    await larder.stop()
  }
}

/** A crowd at a door that was never opened before. */
export const p4Crowd: Figure = {
  id: 'P4',
  title: `${crowd} clients at once ask for one cold object of 20 MB`,
  needs: [],
  run: async ({ lab, smoke }) => run(await lab(), smoke ? 20 : crowd),
}
