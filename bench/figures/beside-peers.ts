import { startNginx } from '../peers/nginx.ts'
import type { Peer, Served } from '../peers/peer.ts'
import { startRaw } from '../peers/raw.ts'

/** Starts the raw peer and nginx (if installed) with the same bodies. Always stops them afterwards. */
export const withPeers = async <A>(
  served: ReadonlyArray<Served>,
  use: (peers: ReadonlyArray<Peer>) => Promise<A>,
): Promise<A> => {
  const peers: Peer[] = []
  try {
    peers.push(await startRaw(served))
    const nginx = await startNginx(served)
    if (nginx !== undefined) peers.push(nginx)
    return await use(peers)
  } finally {
    await Promise.all(peers.map(({ stop }) => stop()))
  }
}
