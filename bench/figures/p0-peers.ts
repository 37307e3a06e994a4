import { randomBytes } from 'node:crypto'
import type { Served } from '../peers/peer.ts'
import { withPeers } from './beside-peers.ts'
import { compare } from './compare.ts'
import type { Figure } from './figure.ts'

const served: ReadonlyArray<Served> = [
  { path: '/small', contentType: 'application/json', bytes: randomBytes(1_000) },
  { path: '/image', contentType: 'image/webp', bytes: randomBytes(40_000) },
  { path: '/part', contentType: 'video/mp4', bytes: randomBytes(2_000_000) },
]

/**
 * Measures only the peers. Shows the limit of this machine, and whether the load generator is fast enough.
 */
export const p0Peers: Figure = {
  id: 'P0',
  title: 'the peers alone',
  needs: [],
  run: ({ settings }) =>
    withPeers(served, async (peers) => {
      const findings = []
      for (const { path, bytes } of served) {
        const subjects = peers.map(({ name, origin, pid }) => ({ name, origin, pid, paths: [path] }))
        findings.push(await compare(`${bytes.length / 1000} KB`, subjects, settings))
      }
      return findings.flat()
    }),
}
