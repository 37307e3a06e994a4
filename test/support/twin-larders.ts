import { Agent, request } from 'node:http'
import { expect } from 'chai'
import { createMemoryTier } from '../../src/adapters/cache/memory/memory-cache.ts'
import { createSingleTierCache } from '../../src/adapters/cache/tiers/cache-tier.ts'
import { createCachedMediaTokens } from '../../src/adapters/jose/cached-media-tokens.ts'
import type { Larder } from '../../src/composition/larder.ts'
import type { MediaKind } from '../../src/domain/media/media-kind.ts'
import type { CachePort } from '../../src/ports/cache.ts'
import type { Exchange } from './exchange.ts'
import { right } from './expect-right.ts'
import { type SeededImage, type SeededLadder, seedImage, seedLadder } from './library.ts'
import { createMemoryLarder, createStandingClock, createTestTokens, listen } from './memory-larder.ts'

export type RequestHeaders = Readonly<Record<string, string>>

export type ReceivedReply = {
  readonly status: Exchange['status']
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** A request of a test: a path with its query, and headers. */
export type TestRequest = { readonly path: string; readonly headers: RequestHeaders }

type MediaRoute = { readonly kind: MediaKind; readonly path: string }

/** Requests that carry their token in each of the permitted ways (http-api.md §2.2). */
export const requestsByCarrier = {
  header: (path: string, jwt: string): TestRequest => ({
    path: `/api/1/${path}`,
    headers: { authorization: `bearer ${jwt}` },
  }),
  path: (path: string, jwt: string): TestRequest => ({ path: `/api/1/~${jwt}/${path}`, headers: {} }),
  query: (path: string, jwt: string): TestRequest => ({ path: `/api/1/${path}?jwt=${jwt}`, headers: {} }),
} as const

/** A request without a token. */
export const anonymousRequest = (path: string): TestRequest => ({ path: `/api/1/${path}`, headers: {} })

/** Returns the same request with one more query parameter. */
export const withParameter = ({ path, headers }: TestRequest, parameter: string): TestRequest => ({
  path: parameter === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${parameter}`,
  headers,
})

/** All media routes, with the uids of this image and of this film. */
const mediaRoutes = (image: SeededImage, film: SeededLadder): ReadonlyArray<MediaRoute> => {
  const [small, large] = image.exports.map(({ uid }) => uid)
  const [, segment] = film.high.parts.map(({ uid }) => uid)
  return [
    { kind: 'image', path: `image_files/playlist/${image.uid}` },
    { kind: 'image', path: `image_files/image/${small}.webp` },
    { kind: 'image', path: `image_files/image/${large}.webp` },
    { kind: 'content', path: `content_files/${film.uid}/mobile.m3u8` },
    { kind: 'content', path: `content_files/${film.uid}/web.json` },
    { kind: 'content', path: `content_files/${film.uid}/dash.mpd` },
    { kind: 'content', path: `content_files/exports/${film.high.uid}.m3u8` },
    { kind: 'content', path: `content_files/exports/${film.high.uid}.iframes.m3u8` },
    { kind: 'content', path: `content_files/exports/parts/${segment}.m4s` },
  ]
}

const agent = new Agent({ keepAlive: true, keepAliveMsecs: 1000 })

/** Returns all that a client can observe of a reply, except Date and Cache-Status. */
const hear = (base: string, { path, headers }: TestRequest, method = 'GET'): Promise<ReceivedReply> =>
  new Promise((resolve) => {
    const sent = request(base + path, { method, headers, agent })
    sent.on('error', () => resolve({ status: null, headers: {}, body: '' }))
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => resolve({ status: null, headers: {}, body: '' }))
      response.on('end', () => {
        const { date: _, 'cache-status': __, ...compared } = response.headers
        const body = Buffer.concat(chunks).toString('latin1')
        resolve({ status: response.statusCode ?? null, headers: compared, body })
      })
    })
    sent.end()
  })

export type TwinLarders = {
  readonly larder: Larder
  readonly image: SeededImage
  readonly film: SeededLadder
  readonly routes: ReadonlyArray<MediaRoute>
  /** Makes the file of this kind public or private, as an admin does. */
  readonly setPublic: (kind: MediaKind, isPublic: boolean) => Promise<void>
  readonly advance: (seconds: number) => void
  readonly clock: () => number
  /** Sends a request to the server that replays replies. */
  readonly replayed: (ask: TestRequest, method?: string) => Promise<ReceivedReply>
  /** Sends a request to the server that never replays. It has the same cache and library. */
  readonly routed: (ask: TestRequest) => Promise<ReceivedReply>
  /** Sends the request until its reply can be replayed. */
  readonly warm: (ask: TestRequest) => Promise<void>
  /** Whether the reply is replayed. It is if it needed no cache read: a route needs at least one. */
  readonly isReplayed: (ask: TestRequest) => Promise<boolean>
  readonly expectAlike: (ask: TestRequest, what?: string) => Promise<ReceivedReply>
  readonly close: () => Promise<void>
}

/**
 * Starts two servers on one library and one cache, with a standing clock. One replays replies, the other
 * never does. With `newTokenId`, both can mint the same token.
 */
export const createTwinLarders = async (newTokenId?: () => string): Promise<TwinLarders> => {
  const { clock, advance } = createStandingClock()
  const memory = createSingleTierCache(createMemoryTier(2 ** 24), clock)
  let cacheReads = 0
  const cache: CachePort = {
    ...memory,
    get: (key) => {
      cacheReads += 1
      return memory.get(key)
    },
  }
  const tokens = createTestTokens(clock, newTokenId)
  const larder = await createMemoryLarder({
    clock,
    cache,
    tokens: createCachedMediaTokens(tokens, clock),
  })
  const image = await seedImage(larder, [Buffer.from('small'), Buffer.alloc(20_000, 'large')])
  const film = await seedLadder(larder)
  const server = await listen(larder)
  const routesOnly = await listen(await createMemoryLarder({ ...larder, tokens }))

  const replayed = (ask: TestRequest, method?: string) => hear(server.base, ask, method)
  const routed = (ask: TestRequest) => hear(routesOnly.base, ask)
  return {
    larder,
    image,
    film,
    routes: mediaRoutes(image, film),
    setPublic: async (kind, isPublic) => {
      await right(larder.library.change(kind === 'image' ? image.uid : film.uid, { isPublic }, null))
    },
    advance,
    clock,
    replayed,
    routed,
    warm: async (ask) => {
      for (let n = 0; n < 3; n++) await replayed(ask)
    },
    isReplayed: async (ask) => {
      const before = cacheReads
      await replayed(ask)
      return cacheReads === before
    },
    expectAlike: async (ask, what = ask.path) => {
      const answer = await replayed(ask)
      expect(answer, what).to.deep.equal(await routed(ask))
      return answer
    },
    close: async () => {
      await Promise.all([server.close(), routesOnly.close()])
    },
  }
}
