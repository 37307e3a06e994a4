import { Agent, request } from 'node:http'
import { expect } from 'chai'
import { createMemoryTier } from '../../src/adapters/cache/memory/memory-cache.ts'
import { cacheOfTier } from '../../src/adapters/cache/tiers/cache-tier.ts'
import { createCachedMediaTokens } from '../../src/adapters/jose/remembered-media-tokens.ts'
import type { Larder } from '../../src/composition/larder.ts'
import type { CachePort } from '../../src/ports/cache.ts'
import type { MediaKind } from '../../src/ports/media-tokens.ts'
import type { Exchange } from './exchange.ts'
import { type SeededImage, type SeededLadder, seedImage, seedLadder } from './library.ts'
import { createMemoryLarder, createStandingClock, createTestTokens, listen } from './memory-larder.ts'

export type RequestHeaders = Readonly<Record<string, string>>

export type Heard = {
  readonly status: Exchange['status']
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** A request as a test writes it: a path with its query, and headers. */
export type Ask = { readonly path: string; readonly headers: RequestHeaders }

export type MediaRoute = { readonly kind: MediaKind; readonly path: string }

/** How a token travels to the server (http-api.md §2.2). */
export const carriers = {
  header: (path: string, jwt: string): Ask => ({
    path: `/api/1/${path}`,
    headers: { authorization: `bearer ${jwt}` },
  }),
  path: (path: string, jwt: string): Ask => ({ path: `/api/1/~${jwt}/${path}`, headers: {} }),
  query: (path: string, jwt: string): Ask => ({ path: `/api/1/${path}?jwt=${jwt}`, headers: {} }),
} as const

/** The same with one more parameter in its query. */
export const withParameter = ({ path, headers }: Ask, parameter: string): Ask => ({
  path: parameter === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${parameter}`,
  headers,
})

/** Every media route, of this picture and this film. */
const mediaRoutes = (image: SeededImage, film: SeededLadder): ReadonlyArray<MediaRoute> => {
  const [small, large] = image.exports.map(({ uid }) => uid)
  const [, part] = film.high.parts.map(({ uid }) => uid)
  return [
    { kind: 'image', path: `image_files/playlist/${image.uid}` },
    { kind: 'image', path: `image_files/image/${small}.webp` },
    { kind: 'image', path: `image_files/image/${large}.webp` },
    { kind: 'content', path: `content_files/${film.uid}/mobile.m3u8` },
    { kind: 'content', path: `content_files/${film.uid}/web.json` },
    { kind: 'content', path: `content_files/${film.uid}/dash.mpd` },
    { kind: 'content', path: `content_files/exports/${film.high.uid}.m3u8` },
    { kind: 'content', path: `content_files/exports/${film.high.uid}.iframes.m3u8` },
    { kind: 'content', path: `content_files/exports/parts/${part}.m4s` },
  ]
}

const agent = new Agent({ keepAlive: true, keepAliveMsecs: 1000 })

/** All that a client can tell apart, but for the hour and the way. */
const hear = (base: string, { path, headers }: Ask, method = 'GET'): Promise<Heard> =>
  new Promise((resolve) => {
    const asked = request(base + path, { method, headers, agent })
    asked.on('error', () => resolve({ status: null, headers: {}, body: '' }))
    asked.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => resolve({ status: null, headers: {}, body: '' }))
      response.on('end', () => {
        const { date: _, 'cache-status': __, ...told } = response.headers
        const body = Buffer.concat(chunks).toString('latin1')
        resolve({ status: response.statusCode ?? null, headers: told, body })
      })
    })
    asked.end()
  })

export type Twins = {
  readonly larder: Larder
  readonly image: SeededImage
  readonly film: SeededLadder
  readonly routes: ReadonlyArray<MediaRoute>
  readonly advance: (seconds: number) => void
  readonly clock: () => number
  /** Of the server that may replay. */
  readonly replayed: (ask: Ask, method?: string) => Promise<Heard>
  /** Of the server on the same cache and library that answers by the routes alone. */
  readonly routed: (ask: Ask) => Promise<Heard>
  /** Asks until the reply can be replayed. */
  readonly warm: (ask: Ask) => Promise<void>
  /** Whether it is answered without a look into the cache: the routes make some. */
  readonly isReplayed: (ask: Ask) => Promise<boolean>
  readonly expectAlike: (ask: Ask, what?: string) => Promise<Heard>
  readonly close: () => Promise<void>
}

/** Two servers on one library and one cache, by a clock that stands still: one replays, the other one never does. */
export const createTwins = async (): Promise<Twins> => {
  const { clock, advance } = createStandingClock()
  const memory = cacheOfTier(createMemoryTier(2 ** 24), clock)
  let looks = 0
  const cache: CachePort = {
    ...memory,
    get: (key) => {
      looks += 1
      return memory.get(key)
    },
  }
  const tokens = createTestTokens(clock)
  const larder = await createMemoryLarder({
    clock,
    cache,
    tokens: createCachedMediaTokens(tokens, clock),
  })
  const image = await seedImage(larder, [Buffer.from('small'), Buffer.alloc(20_000, 'large')])
  const film = await seedLadder(larder)
  const server = await listen(larder)
  const plain = await listen(await createMemoryLarder({ ...larder, tokens }))

  const replayed = (ask: Ask, method?: string) => hear(server.base, ask, method)
  const routed = (ask: Ask) => hear(plain.base, ask)
  return {
    larder,
    image,
    film,
    routes: mediaRoutes(image, film),
    advance,
    clock,
    replayed,
    routed,
    warm: async (ask) => {
      for (let n = 0; n < 3; n++) await replayed(ask)
    },
    isReplayed: async (ask) => {
      const before = looks
      await replayed(ask)
      return looks === before
    },
    expectAlike: async (ask, what = ask.path) => {
      const answer = await replayed(ask)
      expect(answer, what).to.deep.equal(await routed(ask))
      return answer
    },
    close: async () => {
      await Promise.all([server.close(), plain.close()])
    },
  }
}
