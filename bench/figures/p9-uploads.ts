import { fork } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { E } from '../../src/fp.ts'
import type { Lab } from '../larder/lab.ts'
import { startWithAdmin } from '../larder/library-with-admin.ts'
import { memoryOf, watchMemory } from '../larder/memory-of.ts'
import { cpuSecondsOf } from '../load/cpu-seconds.ts'
import type { Peer } from '../peers/peer.ts'
import { RawReady } from '../peers/raw-routes.ts'
import type { Fact, Figure } from './figure.ts'

const MiB = 1024 * 1024
const piece = Buffer.alloc(MiB, 7)

const startBare = async (): Promise<Peer> => {
  const file = fileURLToPath(new URL('../peers/bare-upload-server.ts', import.meta.url))
  const server = fork(file, { execArgv: ['--import', 'tsx'] })
  const exited = once(server, 'exit')
  const ready = RawReady.decode((await once(server, 'message'))[0])
  if (E.isLeft(ready)) throw new Error('the bare peer does not start')
  return {
    name: 'bare',
    pid: server.pid ?? 0,
    origin: `http://127.0.0.1:${ready.right.port}`,
    stop: async () => {
      server.disconnect()
      await exited
    },
  }
}

/** Sends a body of `pieces` MiB in one request. */
const send = async (
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  pieces: number,
): Promise<void> => {
  const sent = request(url, { method, headers: { ...headers, 'Content-Length': pieces * MiB } })
  const answered = once(sent, 'response')
  for (let n = 0; n < pieces; n += 1) if (!sent.write(piece)) await once(sent, 'drain')
  sent.end()
  const [reply] = await answered
  reply.resume()
  if (reply.statusCode >= 400) throw new Error(`the server says ${reply.statusCode}`)
}

/** Returns CPU seconds and the growth of memory (bytes) of a server during `work`. */
const costOf = async ({ pid }: Peer, work: () => Promise<void>) => {
  const [cpu, memory] = [await cpuSecondsOf(pid), await memoryOf(pid)]
  let most = memory
  const unwatch = watchMemory(pid, 100, (bytes) => {
    most = Math.max(most, bytes)
  })
  await work()
  unwatch()
  return { cpu: ((await cpuSecondsOf(pid)) ?? Number.NaN) - (cpu ?? 0), growth: most - memory }
}

const run = async (lab: Lab, pieces: number, rounds: number): Promise<ReadonlyArray<Fact>> => {
  const bare = await startBare()
  const { larder, authorization } = await startWithAdmin(lab, 'library-of-uploads')
  const headers = { authorization, 'Tus-Resumable': '1.0.0' }
  /** The last byte is missing, so that only the receipt is measured, and not the way into the library. */
  const upload = async (): Promise<void> => {
    const begun = await fetch(`${larder.origin}/api/1/uploads/tus`, {
      method: 'POST',
      headers: { ...headers, 'Upload-Length': String(pieces * MiB + 1) },
    })
    const url = `${larder.origin}${begun.headers.get('location')}`
    const type = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' }
    await send(url, 'PATCH', { ...headers, ...type }, pieces)
    await fetch(url, { method: 'DELETE', headers })
  }
  const costs = []
  for (let round = 0; round < rounds; round += 1)
    costs.push({
      bare: await costOf(bare, () => send(bare.origin, 'POST', {}, pieces)),
      larder: await costOf(larder, upload),
    })
  await bare.stop()
  const middle = (values: ReadonlyArray<number>): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
  return [
    { fact: 'CPU, Larder', value: middle(costs.map((one) => one.larder.cpu)), unit: 's' },
    { fact: 'CPU, bare', value: middle(costs.map((one) => one.bare.cpu)), unit: 's' },
    {
      fact: 'CPU beside bare',
      value: middle(costs.map((one) => one.larder.cpu / one.bare.cpu)),
      unit: '×',
      goal: { atMost: 1.6 },
    },
    {
      fact: 'memory beside before',
      value: middle(costs.map((one) => one.larder.growth)) / MiB,
      unit: 'MiB',
      goal: { atMost: 64 },
    },
  ]
}

/** The cost of an upload, beside that of a server that writes a body to disk and computes its SHA-512. */
export const p9Uploads: Figure = {
  id: 'P9',
  title: 'an upload of a gigabyte by tus',
  needs: [],
  run: async ({ lab, smoke }) => run(await lab(), smoke ? 16 : 1024, smoke ? 1 : 3),
}
