import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { toMediaPlaylist } from '../../src/domain/hls/media-playlist.ts'
import { signM3u8 } from '../../src/domain/hls/sign-m3u8.ts'
import type { ContentExportUid, ContentPartUid } from '../../src/domain/media/ids.ts'
import { createPlaylistBodyEncoder } from '../../src/http/playlists/playlist-bodies.ts'
import type { Throughput } from '../load/load.ts'
import { type Contender, compareContenders } from './compare.ts'
import type { Figure, Settings } from './figure.ts'

const PARTS = 1000

const playlist = (): string =>
  toMediaPlaylist({
    exportUid: 'cfe_bench' as ContentExportUid,
    targetDuration: 6,
    parts: Array.from({ length: PARTS }, (_, position) => ({
      uid: `cfep_${randomBytes(16).toString('base64url')}` as ContentPartUid,
      role: 'media' as const,
      position,
      contentType: 'video/mp4',
      durationTicks: 72_072 + (position % 3) * 512,
      timescale: 12_000,
    })),
  })

// Each token has 220 characters, a common length of a JWT.
const tokens = Array.from({ length: 1000 }, () => randomBytes(165).toString('base64url'))

/** Creates bodies, each with the next token, until the time is over or there are enough. */
const measureBodies = async (
  bodyFor: (token: string) => Promise<Uint8Array>,
  seconds: number,
  maxReplies: number,
): Promise<Throughput> => {
  const times: number[] = []
  const start = performance.now()
  let bytes = 0
  let now = start
  while (now < start + seconds * 1000 && times.length < maxReplies) {
    bytes += (await bodyFor(tokens[times.length % tokens.length] ?? '')).length
    const then = performance.now()
    times.push(then - now)
    now = then
  }
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0
  const latency = { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
  const responses = times.length
  return {
    generator: 'none',
    seconds: (now - start) / 1000,
    responses,
    errors: 0,
    bytes,
    latency,
    generatorLoad: 0,
  }
}

const contender =
  ({ warmupSeconds, seconds, repliesEach }: Settings) =>
  (name: string, bodyFor: (token: string) => Promise<Uint8Array>): Contender => ({
    name,
    measure: async () => {
      const maxReplies = repliesEach ?? Number.POSITIVE_INFINITY
      await measureBodies(bodyFor, warmupSeconds, maxReplies)
      return { measured: await measureBodies(bodyFor, seconds, maxReplies), cpuSeconds: null }
    },
  })

/** Cost of creating playlist bodies, without a server. */
export const p2ListBodies: Figure = {
  id: 'P2-BODIES',
  title: `the body of a media playlist of ${PARTS} parts, another token each time`,
  needs: [],
  run: async ({ settings }) => {
    const text = playlist()
    const bodies = createPlaylistBodyEncoder({ maxBytes: 16 * 2 ** 20 })
    const bodyIn = (coding: string) => async (jwt: string) =>
      (
        await bodies(
          { text, sign: signM3u8, signature: { mode: 'query', source: 'minted', jwt } },
          'm3u8',
          coding,
        )
      ).body
    const joined = (jwt: string): Buffer =>
      Buffer.from(signM3u8(text, { mode: 'query', source: 'minted', jwt }))

    const [first = ''] = tokens
    const gzipped = await bodyIn('gzip')(first)
    const plain = await bodyIn('identity')(first)
    const compress = promisify(gzip)
    const as = contender(settings)
    return [
      ...(await compareContenders(
        'gzip',
        [
          as('template', bodyIn('gzip')),
          as('a copy', async () => Buffer.from(gzipped)),
          as('join, gzip', (jwt) => compress(joined(jwt))),
        ],
        settings,
        { 'join, gzip': 20 },
      )),
      ...(await compareContenders(
        'plain',
        [
          as('template', bodyIn('identity')),
          as('a copy', async () => Buffer.from(plain)),
          as('join', async (jwt) => joined(jwt)),
        ],
        settings,
      )),
    ]
  },
}
