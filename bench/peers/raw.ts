import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { E } from '../../src/fp.ts'
import type { Peer, Served } from './peer.ts'
import { RawReady, type RawRoutes } from './raw-routes.ts'

const SERVER = fileURLToPath(new URL('raw-server.ts', import.meta.url))

/** Starts a process that serves constant buffers with `node:http`. */
export const startRaw = async (served: ReadonlyArray<Served>): Promise<Peer> => {
  const folder = await mkdtemp(join(tmpdir(), 'larder-bench-raw-'))
  const routes: RawRoutes = await Promise.all(
    served.map(async ({ path, contentType, bytes, headers }, index) => {
      const file = join(folder, String(index))
      await writeFile(file, bytes)
      return { path, file, headers: { ...headers, 'Content-Type': contentType } }
    }),
  )

  const server = fork(SERVER, { execArgv: ['--import', 'tsx'] })
  const exited = once(server, 'exit')
  const answer = once(server, 'message')
  server.send(routes)
  const received = await Promise.race([answer, exited.then(() => undefined)])
  await rm(folder, { recursive: true })
  const ready = RawReady.decode(received?.[0])
  if (E.isLeft(ready)) throw new Error('the raw peer does not start')

  return {
    name: 'raw',
    pid: server.pid ?? 0,
    origin: `http://127.0.0.1:${ready.right.port}`,
    stop: async () => {
      server.disconnect()
      await exited
    },
  }
}
