import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Lab } from '../larder/lab.ts'
import type { Target } from '../larder/library.ts'
import { watchMemory } from '../larder/memory-of.ts'
import { measure } from '../load/measure.ts'
import type { Peer } from '../peers/peer.ts'
import type { Fact, Figure } from './figure.ts'

const MiB = 1024 * 1024

/** Sends a request, stops reading after the first bytes, and disconnects after `holdMs`. */
const badClient = async ({ origin }: Peer, { path, headers }: Target, holdMs: number): Promise<void> => {
  const { hostname, port } = new URL(origin)
  const lines = Object.entries({ Host: hostname, ...headers }).map(([name, value]) => `${name}: ${value}`)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.on('error', () => undefined)
  socket.write([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
  socket.once('data', () => socket.pause())
  await wait(holdMs)
  socket.destroy()
}

/** Runs clients that disconnect soon, and clients that stall for seconds, until `signal` is aborted. */
const badClients = async (
  larder: Peer,
  targets: ReadonlyArray<Target>,
  signal: AbortSignal,
): Promise<void> => {
  const repeat = async (holdMs: number) => {
    for (let n = 0; !signal.aborted; n++) {
      const target = targets[n % targets.length]
      if (target !== undefined) await badClient(larder, target, holdMs)
    }
  }
  await Promise.all([20, 50, 50, 2000, 2000, 2000, 5000, 5000].map(repeat))
}

const run = async ({ library, start }: Lab, seconds: number): Promise<ReadonlyArray<Fact>> => {
  const larder = await start({ CACHE_MEMORY_BYTES: '32M' })
  const samples: number[] = []
  const unwatch = watchMemory(larder.pid, Math.max(20, seconds * 2), (bytes) => samples.push(bytes))
  const stopping = new AbortController()
  const { imagePlaylist, master, image, part, videos } = library
  const bad = badClients(larder, [part, ...videos, image], stopping.signal)
  const { hostname, port } = new URL(larder.origin)
  const good = [imagePlaylist, master, image, part, ...videos.slice(0, 2)].map(({ path, headers }) =>
    measure({
      host: hostname,
      port: Number(port),
      paths: [path],
      headers,
      connections: 2,
      repliesEach: null,
      warmupSeconds: 0,
      seconds,
      status: 200,
      serverPid: null,
    }),
  )
  const measured = await Promise.all(good)
  stopping.abort()
  await bad
  unwatch()

  // The first third is ignored, because code, pools and the memory cache still grow then.
  const settled = samples.slice(Math.floor(samples.length / 3))
  const median = settled.toSorted((a, b) => a - b)[Math.floor(settled.length / 2)] ?? Number.NaN
  const half = Math.ceil(settled.length / 2)
  const mean = (values: ReadonlyArray<number>) => values.reduce((sum, one) => sum + one, 0) / values.length
  const drift = 100 * (mean(settled.slice(half)) / mean(settled.slice(0, half)) - 1)
  const peak = 100 * (Math.max(...settled) / median - 1)
  return [
    { fact: 'replies', value: measured.reduce((sum, one) => sum + one.measured.responses, 0), unit: '' },
    {
      fact: 'errors',
      value: measured.reduce((sum, one) => sum + one.measured.errors, 0),
      unit: '',
      goal: { atMost: 0 },
    },
    { fact: 'memory, in the middle', value: median / MiB, unit: 'MiB' },
    { fact: 'the second half of the time beside the first', value: drift, unit: '%', goal: { atMost: 10 } },
    { fact: 'the most beside the middle', value: peak, unit: '%', goal: { atMost: 10 } },
  ]
}

/** Memory under load from normal clients, stalled clients, and clients that disconnect early. */
export const p8Memory: Figure = {
  id: 'P8',
  title: 'memory over ten minutes of mixed load',
  needs: [],
  run: async ({ lab, smoke }) => run(await lab(), smoke ? 3 : 600),
}
