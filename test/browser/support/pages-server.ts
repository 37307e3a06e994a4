import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { build } from 'esbuild'
import type { Order } from '../pages/order.ts'
import type { Played } from '../pages/report.ts'

type File = { readonly type: string; readonly body: string | Uint8Array }

const page = `<!doctype html>
<html lang="en">
<title>A player</title>
<link rel="icon" href="data:,">
<body><script type="module" src="/player-page.js"></script></body>
</html>
`

/** Bundles the script of the page, and the scripts of the installed players. */
const bundlePlayers = async (): Promise<ReadonlyArray<readonly [name: string, file: File]>> => {
  const { outputFiles } = await build({
    entryPoints: ['test/browser/pages/player-page.ts'],
    outdir: '/',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'warning',
  })
  return outputFiles.map(({ path, contents }) => [path, { type: 'text/javascript', body: contents }])
}

export type PagesServer = {
  /** An origin other than the origin of the film. */
  readonly base: string
  /**
   * Returns the address of the page that plays the order, and the report that the page sends at the end of
   * the film.
   */
  readonly giveOrder: (order: Omit<Order, 'id'>) => { readonly url: string; readonly played: Promise<Played> }
  readonly close: () => Promise<void>
}

/** Serves the page with the players, and the given playlists under their names. */
export const servePages = async (lists: Readonly<Record<string, string>>): Promise<PagesServer> => {
  const files = new Map<string, File>([
    ['/', { type: 'text/html; charset=utf-8', body: page }],
    ...(await bundlePlayers()),
    ...Object.entries(lists).map(
      ([name, body]) => [`/${name}`, { type: 'application/vnd.apple.mpegurl', body }] as const,
    ),
  ])
  const waiting = new Map<string, (played: Played) => void>()
  const receive = async (request: IncomingMessage) =>
    waiting.get(request.url?.split('/').at(-1) ?? '')?.(JSON.parse(await text(request)))

  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      receive(request).then(
        () => response.writeHead(204).end(),
        () => response.writeHead(400).end(),
      )
      return
    }
    const file = files.get(request.url ?? '')
    if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': file.type }).end(file.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    base,
    giveOrder: (order) => {
      const id = String(waiting.size)
      const played = new Promise<Played>((resolve) => waiting.set(id, resolve))
      const url = `${base}/#${encodeURIComponent(JSON.stringify(Object.assign({ id }, order)))}`
      return { url, played }
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
