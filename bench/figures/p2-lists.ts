import { get, type IncomingMessage } from 'node:http'
import type { Served } from '../peers/peer.ts'
import { withPeers } from './beside-peers.ts'
import { compare } from './compare.ts'
import type { Figure, Warm } from './figure.ts'

/**
 * Throughput of a media playlist that is signed for another viewer in each request. The peers serve the gzip
 * bytes of a single signed playlist.
 */
export const p2Lists: Figure = {
  id: 'P2',
  title: 'a media playlist signed by query, as gzip',
  needs: ['list_query'],
  run: async ({ settings, server, lab }) => {
    const { list_query: warm } = (server ?? (await (await lab()).warm())).warm
    if (warm === undefined) return []
    const headers = { ...warm.headers, 'Accept-Encoding': 'gzip' }
    const served = await fetchGzip({ ...warm, headers })
    return withPeers([served], (peers) =>
      compare(
        `${served.bytes.length} bytes`,
        [
          { name: 'larder', ...warm, headers },
          ...peers.map(({ name, origin, pid }) => ({ name, origin, pid, paths: [served.path], headers })),
        ],
        settings,
        { raw: 0.65 },
      ),
    )
  },
}

/** Fetches the gzip bytes. `fetch` is not used, because it would decompress them. */
const fetchGzip = async ({ origin, paths: [path = '/'], headers }: Warm): Promise<Served> => {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${origin}${path}`, { headers, agent: false }, resolve).on('error', reject)
  })
  const chunks: Uint8Array[] = []
  for await (const chunk of response) chunks.push(chunk)
  const { statusCode, headers: got } = response
  if (statusCode !== 200 || got['content-encoding'] !== 'gzip')
    throw new Error(`list_query is not warm: ${statusCode} ${got['content-encoding']} for ${path}`)
  return {
    path: '/list',
    contentType: got['content-type'] ?? 'application/octet-stream',
    headers: { 'Content-Encoding': 'gzip' },
    bytes: Buffer.concat(chunks),
  }
}
