import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import * as t from 'io-ts'
import { E } from '../../src/fp.ts'
import type { Peer } from '../peers/peer.ts'
import { RawReady } from '../peers/raw-routes.ts'

const SERVER = fileURLToPath(new URL('counting-server.ts', import.meta.url))

const Counts = t.strict({ queries: t.number, reads: t.number })

export type CountingLarder = Peer & {
  /** Returns the number of database statements, and of objects opened in the store, since the start. */
  readonly counts: () => Promise<t.TypeOf<typeof Counts>>
}

/**
 * Starts a Larder process (from source) that counts its calls. `storeMs`: delay of the first byte of its
 * store.
 */
export const startCountingLarder = async (
  environment: Readonly<Record<string, string>>,
  storeMs: number,
): Promise<CountingLarder> => {
  const larder = fork(SERVER, [String(storeMs)], {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env.PATH, ...environment },
  })
  const exited = once(larder, 'exit')
  const answer = async () => {
    const received = await Promise.race([once(larder, 'message'), exited.then(() => undefined)])
    return received?.[0]
  }
  const ready = RawReady.decode(await answer())
  if (E.isLeft(ready) || larder.pid === undefined) throw new Error('the counting server does not start')
  return {
    name: 'larder',
    origin: `http://127.0.0.1:${ready.right.port}`,
    pid: larder.pid,
    counts: async () => {
      const nextMessage = answer()
      larder.send('counts')
      const counts = Counts.decode(await nextMessage)
      if (E.isLeft(counts)) throw new Error('the counting server gave no counts')
      return counts.right
    },
    stop: async () => {
      larder.disconnect()
      await exited
    },
  }
}
