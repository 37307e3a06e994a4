import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'

type File = { readonly type: string; readonly body: string | Uint8Array }

const page = `<!doctype html>
<html lang="en">
<title>A player</title>
<link rel="icon" href="data:,">
<body><script type="module" src="/player-page.js"></script></body>
</html>
`

/** The players with their page in one script, from the packages that are installed. */
const bundlePlayers = async (): Promise<Uint8Array> => {
  const { outputFiles } = await build({
    entryPoints: ['test/browser/pages/player-page.ts'],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'warning',
  })
  const [script] = outputFiles
  if (script === undefined) throw new Error('there is nothing to serve')
  return script.contents
}

export type PagesServer = {
  /** Another origin than that of the film. */
  readonly base: string
  readonly close: () => Promise<void>
}

/** Serves the page with the players, and the given lists by name. */
export const servePages = async (lists: Readonly<Record<string, string>>): Promise<PagesServer> => {
  const files = new Map<string, File>([
    ['/', { type: 'text/html; charset=utf-8', body: page }],
    ['/player-page.js', { type: 'text/javascript', body: await bundlePlayers() }],
    ...Object.entries(lists).map(
      ([name, body]) => [`/${name}`, { type: 'application/vnd.apple.mpegurl', body }] as const,
    ),
  ])
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '')
    if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': file.type }).end(file.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
