import type { Served } from '../peers/peer.ts'
import { withPeers } from './beside-peers.ts'
import { compare, type Goals } from './compare.ts'
import type { BenchContext, Finding, RunningServer, Warm } from './figure.ts'

/** Work for which Larder is compared with the peers. */
export type WarmWork = {
  /** Name of the warm target. */
  readonly warm: string
  /** Label in the report. */
  readonly work: string
  readonly goals: Goals
}

/** Compares the warm targets of Larder with peers that serve the same bytes. */
export const compareWarm = async (
  { settings, server, lab }: BenchContext,
  works: ReadonlyArray<WarmWork>,
): Promise<ReadonlyArray<Finding>> => {
  const running = server ?? (await (await lab()).warm())
  const served = await Promise.all(works.map(({ warm }) => fetchServed(warm, warmOf(running, warm))))
  return withPeers(served, async (peers) => {
    const findings = []
    for (const { warm, work, goals } of works) {
      const larder = { name: 'larder', ...warmOf(running, warm) }
      const others = peers.map(({ name, origin, pid }) => ({ name, origin, pid, paths: [pathOf(warm)] }))
      findings.push(await compare(work, [larder, ...others], settings, goals))
    }
    return findings.flat()
  })
}

const warmOf = ({ warm }: RunningServer, name: string): Warm => {
  const found = warm[name]
  if (found === undefined) throw new Error(`${name} is not warm on any server`)
  return found
}

/** Path of the same bytes on a peer. */
const pathOf = (warm: string): string => `/${warm}`

/**
 * Fetches a body that the peers will serve. Sends the request twice, because only the second reply is sure to
 * come from the cache.
 */
const fetchServed = async (name: string, { origin, paths: [path], headers }: Warm): Promise<Served> => {
  await (await fetch(`${origin}${path}`, { headers })).arrayBuffer()
  const response = await fetch(`${origin}${path}`, { headers })
  if (response.status !== 200) throw new Error(`${name} is not warm: ${response.status} for ${path}`)
  return {
    path: pathOf(name),
    contentType: response.headers.get('content-type') ?? 'application/octet-stream',
    bytes: new Uint8Array(await response.arrayBuffer()),
  }
}
