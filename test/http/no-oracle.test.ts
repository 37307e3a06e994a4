import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type { Adapters, Larder } from '../../src/composition/larder.ts'
import { type Unavailable, unavailable } from '../../src/domain/shared/errors.ts'
import { TE } from '../../src/fp.ts'
import type { CachePort } from '../../src/ports/cache.ts'
import {
  aContentExportUid,
  aContentFileUid,
  aContentPartUid,
  anImageExportUid,
  anImageFileUid,
} from '../support/builders.ts'
import { seedFilm, seedImage } from '../support/library.ts'
import { bearer, createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { superiority } from '../support/rank-test.ts'

type Query<U, A> = (uid: U) => TE.TaskEither<Unavailable, A>
type Decorate = <U, A>(ask: Query<U, A>) => Query<U, A>

/** Returns the repositories of the adapters, with every query for an export or part decorated. */
const withQueries = ({ imageFiles, contentFiles }: Adapters, decorate: Decorate): Partial<Adapters> => ({
  imageFiles: {
    ...imageFiles,
    findExport: decorate(imageFiles.findExport),
    isPublic: decorate(imageFiles.isPublic),
  },
  contentFiles: {
    ...contentFiles,
    isPublic: decorate(contentFiles.isPublic),
    findVod: decorate(contentFiles.findVod),
    findPart: decorate(contentFiles.findPart),
  },
})

type Route = {
  readonly name: string
  readonly path: (uid: string) => string
  /** The request of a viewer with access. The route has replied to this viewer before. */
  readonly owner: RequestInit
  /** The request of a caller with the token of another file, or without a token. */
  readonly outsider: RequestInit
  /** A path that the owner has requested before, so that all values for it are cached. */
  readonly warm: string
  /** A path that was never requested before. */
  readonly cold: string
  readonly unknown: () => string
}

/**
 * All routes with the uid of an export or a part, by the token of another file and without a token, and some of files.
 */
const routesOf = async (larder: Larder): Promise<ReadonlyArray<Route>> => {
  const [film, otherFilm, coldFilm] = [await seedFilm(larder), await seedFilm(larder), await seedFilm(larder)]
  const [image, otherImage, coldImage] = [
    await seedImage(larder),
    await seedImage(larder),
    await seedImage(larder, [Buffer.from('one'), Buffer.from('two')]),
  ]
  const bytes = {
    path: (uid: string) => `/api/1/image_files/image/${uid}.webp`,
    owner: bearer(image.jwt),
    warm: image.exports[0]?.uid ?? '',
    unknown: anImageExportUid,
  }
  const content = { owner: bearer(film.jwt), outsider: bearer(otherFilm.jwt) }
  const playlists: Route = {
    ...content,
    name: 'media playlists',
    path: (uid) => `/api/1/content_files/exports/${uid}.m3u8`,
    warm: film.hls.uid,
    cold: coldFilm.hls.uid,
    unknown: aContentExportUid,
  }
  const parts: Route = {
    ...content,
    name: 'parts',
    path: (uid) => `/api/1/content_files/exports/parts/${uid}.m4s`,
    warm: film.hls.parts[1]?.uid ?? '',
    cold: coldFilm.hls.parts[2]?.uid ?? '',
    unknown: aContentPartUid,
  }
  return [
    playlists,
    parts,
    { ...playlists, name: 'media playlists, without a token', outsider: {} },
    { ...parts, name: 'parts, without a token', outsider: {} },
    {
      ...content,
      name: 'master playlists, without a token',
      path: (uid) => `/api/1/content_files/${uid}/mobile.m3u8`,
      outsider: {},
      warm: film.uid,
      cold: coldFilm.uid,
      unknown: aContentFileUid,
    },
    {
      ...bytes,
      name: 'images, by token',
      outsider: bearer(otherImage.jwt),
      cold: coldImage.exports[0]?.uid ?? '',
    },
    { ...bytes, name: 'images, without a token', outsider: {}, cold: coldImage.exports[1]?.uid ?? '' },
    {
      name: 'the best image, without a token',
      path: (uid) => `/api/1/image_files/${uid}/best`,
      owner: bearer(image.jwt),
      outsider: {},
      warm: image.uid,
      cold: coldImage.uid,
      unknown: anImageFileUid,
    },
  ]
}

const replyOf = async (response: Response) => ({
  status: response.status,
  headers: [...response.headers].filter(([name]) => name !== 'date'),
  body: await response.text(),
})

const warmUp = async (server: TestServer, { path, owner, warm, outsider, unknown }: Route): Promise<void> => {
  expect((await server.get(path(warm), owner)).status).to.equal(200)
  await server.get(path(warm), outsider)
  await server.get(path(unknown()), outsider)
}

describe('missing and foreign files (§2.5, W15)', () => {
  it('get the same reply, cached or not', async () => {
    const larder = await createMemoryLarder()
    const server = await listen(larder)
    for (const route of await routesOf(larder)) {
      await warmUp(server, route)
      const { path, outsider, warm, cold, unknown } = route
      for (const init of [outsider, { ...outsider, method: 'HEAD' }]) {
        const ask = async (uid: string) => replyOf(await server.get(path(uid), init))
        const expected = await ask(unknown())
        expect(expected.status, route.name).to.be.oneOf([401, 403])
        for (const uid of [warm, cold, 'not%20a%20uid', 'a'.repeat(81)])
          expect(await ask(uid), route.name).to.deep.equal(expected)
      }
    }
    await server.close()
  })

  it('cost the same cache lookups and queries, and fill no cache', async () => {
    const plain = await createMemoryLarder()
    const steps: string[] = []
    const recorded =
      <L, A>(step: string, task: TE.TaskEither<L, A>): TE.TaskEither<L, A> =>
      () => {
        steps.push(step)
        return task()
      }
    const cache: CachePort = {
      ...plain.cache,
      get: (key) => recorded('get', plain.cache.get(key)),
      set: (key, value, since) => recorded('set', plain.cache.set(key, value, since)),
    }
    const queries = withQueries(plain, (ask) => (uid) => recorded('ask', ask(uid)))
    const larder = await createMemoryLarder({ ...plain, cache, ...queries })
    const server = await listen(larder)
    for (const route of await routesOf(larder)) {
      await warmUp(server, route)
      const { path, outsider, warm, cold, unknown } = route
      const stepsOf = async (uid: string) => {
        steps.length = 0
        await server.get(path(uid), outsider)
        // The order of the steps is irrelevant: only their total time is observable.
        return steps.toSorted()
      }
      const expected = await stepsOf(unknown())
      expect(expected, route.name).to.include('ask').and.not.include('set')
      for (const uid of [warm, cold]) expect(await stepsOf(uid), route.name).to.deep.equal(expected)
    }
    await server.close()
  })

  it('take equally long', async () => {
    const plain = await createMemoryLarder()
    // A real database is remote, so a reply that needs no query would be measurably faster.
    const far = withQueries(plain, (ask) => (uid) => async () => {
      await delay(1)
      return ask(uid)()
    })
    const larder = await createMemoryLarder({ ...plain, ...far })
    const server = await listen(larder)
    for (const route of await routesOf(larder)) {
      await warmUp(server, route)
      const { path, outsider, warm, unknown } = route
      const times = { foreign: [] as number[], unknown: [] as number[] }
      const measure = async (which: keyof typeof times, uid: string) => {
        const start = performance.now()
        await (await server.get(path(uid), outsider)).arrayBuffer()
        times[which].push(performance.now() - start)
      }
      // The order alternates, so that other load of the machine affects both equally.
      for (let i = 0; i < 200; i++) {
        if (i % 2 === 0) await measure('foreign', warm)
        await measure('unknown', unknown())
        if (i % 2 === 1) await measure('foreign', warm)
      }
      expect(superiority(times.unknown, times.foreign), route.name).to.be.within(0.3, 0.7)
    }
    await server.close()
  })

  it('get the same reply when the database is down', async () => {
    const plain = await createMemoryLarder()
    let isDown = false
    const failed = TE.left(unavailable('database')('gone'))
    const down = withQueries(plain, (ask) => (uid) => () => (isDown ? failed() : ask(uid)()))
    const larder = await createMemoryLarder({ ...plain, ...down })
    const server = await listen(larder)
    const routes = await routesOf(larder)
    for (const route of routes) await warmUp(server, route)
    isDown = true
    for (const { name, path, owner, outsider, warm, unknown } of routes) {
      const replies = await Promise.all(
        [warm, unknown()].map(async (uid) => replyOf(await server.get(path(uid), outsider))),
      )
      expect(replies[0], name).to.deep.equal(replies[1])
      expect((await server.get(path(warm), owner)).status, name).to.equal(200)
    }
    await server.close()
  })
})
