import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../test/support/free-port.ts'
import type { Peer } from '../peers/peer.ts'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

type Environment = Readonly<Record<string, string>>

/**
 * Starts the built `larder serve` as a process, with `nodeOptions` such as `--cpu-prof`. Resolves when the
 * server is ready.
 */
export const startLarder = async (
  environment: Environment,
  nodeOptions: ReadonlyArray<string> = [],
): Promise<Peer> => {
  const port = String(await freePort())
  const larder = spawn(process.execPath, [...nodeOptions, MAIN, 'serve'], {
    env: { PATH: process.env.PATH, SAMPLE_MEDIA: '0', JOBS: '0', PORT: port, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(larder, 'exit')
  await waitUntilReady(larder, exited)
  if (larder.pid === undefined) throw new Error('a server without a process')
  return {
    name: 'larder',
    origin: `http://127.0.0.1:${port}`,
    pid: larder.pid,
    stop: async () => {
      larder.kill()
      await exited
    },
  }
}

const waitUntilReady = async ({ stdout }: ChildProcess, exited: Promise<unknown>): Promise<void> => {
  if (stdout === null) throw new Error('the server has no stdout')
  const lines = createInterface(stdout)
  const ready = new Promise<'answers'>((resolve) => {
    lines.on('line', (line) => line.startsWith('Larder answers') && resolve('answers'))
  })
  const gone = exited.then(() => 'gone' as const)
  if ((await Promise.race([ready, gone])) === 'gone') throw new Error('the server does not start')
}
