import type { Served } from '../peers/peer.ts'
import { besidePeers } from './beside-peers.ts'
import { compare, type Goals } from './compare.ts'
import type { Figure, RunningServer } from './figure.ts'

const WORKS: ReadonlyArray<{ readonly warm: string; readonly work: string; readonly goals: Goals }> = [
  { warm: 'part_memory', work: 'a part in memory', goals: { nginx: 0.8 } },
  { warm: 'part_disk', work: 'a part on disk', goals: { nginx: 0.5 } },
  { warm: 'image', work: 'an image', goals: { raw: 0.6 } },
]

/** Warm bytes: the peers serve what the server serves, byte for byte. */
export const p3Bytes: Figure = {
  id: 'P3',
  title: 'warm parts and images',
  needs: WORKS.map(({ warm }) => warm),
  run: async ({ settings, server }) => {
    if (server === undefined) return []
    const served = await Promise.all(WORKS.map(({ warm }) => fetchServed(server, warm)))
    return besidePeers(served, async (peers) => {
      const findings = []
      for (const { warm, work, goals } of WORKS) {
        const larder = { name: 'larder', origin: server.origin, paths: [], ...server.warm[warm] }
        const others = peers.map(({ name, origin }) => ({ name, origin, paths: [pathOf(warm)] }))
        findings.push(await compare(work, [larder, ...others], settings, goals))
      }
      return findings.flat()
    })
  },
}

/** Of the same bytes on a peer. */
const pathOf = (warm: string): string => `/${warm}`

/** What the server answers, for the peers to answer too. */
const fetchServed = async ({ origin, warm }: RunningServer, name: string): Promise<Served> => {
  const { paths: [path] = [], headers = {} } = warm[name] ?? {}
  const response = await fetch(`${origin}${path}`, { headers })
  if (response.status !== 200) throw new Error(`${name} is not warm: ${response.status} for ${path}`)
  return {
    path: pathOf(name),
    contentType: response.headers.get('content-type') ?? 'application/octet-stream',
    bytes: new Uint8Array(await response.arrayBuffer()),
  }
}
