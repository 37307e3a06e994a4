import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import { O } from '../../../src/fp.ts'
import {
  aContentFileUid,
  aNewContentExport,
  aNewContentFile,
  aNewFileJob,
  aNewImageExport,
  aNewImageFile,
  aStoredFile,
} from '../../support/builders.ts'
import { inChunks, sha256 } from '../../support/bytes.ts'
import { right } from '../../support/expect-right.ts'
import { createFaultyObjectStore, type FaultyObjectStore } from '../../support/faulty-object-store.ts'
import {
  createMemoryLarder,
  createStandingClock,
  listen,
  type TestServer,
} from '../../support/memory-larder.ts'

type Json = Record<string, unknown>

describe('the files of the library (§8.9)', () => {
  const { clock, advance } = createStandingClock()
  let larder: Larder
  let server: TestServer
  let jwt: string
  let objects: FaultyObjectStore

  beforeEach(async () => {
    const plain = await createMemoryLarder({ clock })
    objects = createFaultyObjectStore(plain.store)
    larder = await createMemoryLarder({ clock, store: objects.store })
    server = await listen(larder)
    await right(larder.admins.setAdmin('ann', true))
    jwt = await right(larder.admins.mintIdToken('ann'))
  })
  afterEach(() => server.close())

  const send = (method: string, where: string, body?: string, headers: Record<string, string> = {}) =>
    server.get(`/api/1/admin/media/${where}`, {
      method,
      headers: { authorization: `bearer ${jwt}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body }),
    })

  describe('POST …/exports', () => {
    const ask = async (uid: string, body: unknown) => {
      const reply = await send('POST', `${uid}/exports`, JSON.stringify(body))
      return { status: reply.status, json: (await reply.json()) as Json }
    }
    /** Adds a film whose exports were made by this recipe; without a recipe, one whose job has failed. */
    const addFilm = async (recipe?: number) => {
      const file = aNewContentFile()
      const job = aNewFileJob()
      await right(larder.contentFiles.add(file, job))
      await right(larder.jobs.cancel(job.uid))
      if (recipe !== undefined)
        await right(larder.contentFiles.addExports(file.uid, [aNewContentExport({ recipe })], null))
      return file.uid
    }

    it('queues a job for what is missing, outdated, or for all', async () => {
      const unfinished = await addFilm()
      const made = await ask(unfinished, { missing: true })
      expect(made.status).to.equal(202)
      expect(made.json).to.include({ kind: 'exports', media: unfinished, state: 'waiting', attempt: 0 })
      const old = await addFilm(1)
      expect((await ask(old, { outdated: true })).json).to.include({ kind: 'remake', media: old })
      const current = await addFilm(1_000_000)
      const all = await ask(current, { all: true })
      expect([all.status, all.json.kind, all.json.media]).to.deep.equal([202, 'remake', current])
      const [job] = await right(larder.jobs.take(9)).then((jobs) =>
        jobs.filter(({ media }) => media.uid === current),
      )
      expect(job?.replaces).to.equal('all')
      expect((await ask(await addFilm(), { all: true })).json).to.include({ kind: 'exports' })
      const image = aNewImageFile()
      await right(larder.imageFiles.add(image, aNewFileJob()))
      await right(larder.imageFiles.addExports(image.uid, [aNewImageExport({ recipe: 0 })], null))
      const [first] = (
        await right(larder.jobs.list({ state: 'waiting', kind: null, media: image.uid }, 1, null))
      ).items
      await right(larder.jobs.cancel(first?.uid ?? expect.fail('there is no job')))
      expect((await ask(image.uid, { outdated: true })).json).to.include({ kind: 'remake', media: image.uid })
    })

    it('is 409 if there is nothing to make, or if a job is under way, which it names', async () => {
      const current = await addFilm(1_000_000)
      for (const body of [{ missing: true }, { outdated: true }])
        expect((await ask(current, body)).status).to.equal(409)
      expect((await ask(await addFilm(), { outdated: true })).status).to.equal(409)
      const first = await ask(current, { all: true })
      const again = await ask(current, { all: true })
      expect([again.status, again.json.type]).to.deep.equal([409, 'conflict'])
      expect(again.json.message).to.include(first.json.uid)
      await right(larder.jobs.take(9))
      expect((await ask(current, { all: true })).json.message).to.include(first.json.uid)
      const both = await addFilm(1)
      const replies = await Promise.all([ask(both, { outdated: true }), ask(both, { all: true })])
      expect(replies.map(({ status }) => status)).to.have.members([202, 409])
    })

    it('is 404 for a file that does not exist, and 422 for any other body', async () => {
      const film = await addFilm(1)
      for (const uid of [aContentFileUid(), '%00', 'a%2Fb', 'x'.repeat(81)])
        expect((await ask(uid, { all: true })).status, uid).to.equal(404)
      for (const body of [
        {},
        [],
        null,
        'all',
        { all: false },
        { all: 1 },
        { all: null },
        { all: true, missing: true },
        { every: true },
        { all: true, more: 1 },
      ])
        expect((await ask(film, body)).status, JSON.stringify(body)).to.equal(422)
      expect((await send('POST', `${film}/exports`, '{')).status).to.equal(400)
      expect((await send('POST', `${film}/exports`, '{}', { 'content-type': 'text/plain' })).status).to.equal(
        415,
      )
      const { items } = await right(larder.jobs.list({ state: 'waiting', kind: null, media: film }, 9, null))
      expect(items).to.deep.equal([])
    })
  })

  describe('GET …/original', () => {
    const text = Buffer.from('the original bytes of a film')
    const add = async (name = 'film.mp4', contentType = 'video/mp4', bytes = text) => {
      const original = aStoredFile({ contentType, size: bytes.length, sha256: sha256(bytes) })
      await right(larder.store.put(original.key, { ...original, open: () => inChunks(bytes, 7) }))
      const file = aNewContentFile({ name, original })
      await right(larder.contentFiles.add(file, aNewFileJob()))
      return { uid: file.uid, key: original.key }
    }
    const get = (uid: string, headers: Record<string, string> = {}, method = 'GET') =>
      send(method, `${uid}/original`, undefined, headers)

    it('returns the bytes, to be saved and not shown', async () => {
      const { uid } = await add('Grüße.mp4', 'text/html')
      const reply = await get(uid)
      expect(reply.status).to.equal(200)
      expect(Object.fromEntries(reply.headers)).to.include({
        'content-type': 'text/html',
        'content-length': String(text.length),
        'content-disposition': `attachment; filename="Gr__e.mp4"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.mp4`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
        'accept-ranges': 'bytes',
      })
      expect(await reply.text()).to.equal(text.toString())
      const image = aNewImageFile({ original: aStoredFile({ size: 0, sha256: sha256(Buffer.of()) }) })
      await right(
        larder.store.put(image.original.key, { ...image.original, open: () => inChunks(Buffer.of()) }),
      )
      await right(larder.imageFiles.add(image, aNewFileJob()))
      const empty = await get(image.uid)
      expect([empty.status, empty.headers.get('content-length'), await empty.text()]).to.deep.equal([
        200,
        '0',
        '',
      ])
    })

    it('answers HEAD without a read of the store, ranges, and conditions', async () => {
      const { uid, key } = await add()
      const head = await get(uid, {}, 'HEAD')
      expect([head.status, head.headers.get('content-length')]).to.deep.equal([200, String(text.length)])
      expect(objects.reads(key)).to.equal(0)
      const etag = head.headers.get('etag') ?? ''
      const part = await get(uid, { range: 'bytes=4-11' })
      expect([part.status, part.headers.get('content-range'), await part.text()]).to.deep.equal([
        206,
        `bytes 4-11/${text.length}`,
        'original',
      ])
      expect(part.headers.get('cache-control')).to.equal('no-store')
      expect((await get(uid, { range: 'bytes=0-0,4-4' })).headers.get('content-type')).to.match(/^multipart/)
      expect((await get(uid, { range: 'bytes=999-' })).status).to.equal(416)
      expect((await get(uid, { 'if-none-match': etag })).status).to.equal(304)
      expect((await get(uid, { 'if-match': '"x"' })).status).to.equal(412)
    })

    it('is never cached by Larder: each request reads the store', async () => {
      const { uid, key } = await add()
      for (let n = 1; n <= 3; n += 1) {
        await (await get(uid)).text()
        expect(objects.reads(key)).to.equal(n)
      }
      expect(objects.openStreams()).to.equal(0)
    })

    it('is 502 or a broken connection if the object is missing or damaged, and never a short 200', async () => {
      const { uid, key } = await add()
      for (const fault of [
        { kind: 'ends', after: 9 },
        { kind: 'truncated', size: 9 },
        { kind: 'throws', after: 9 },
        { kind: 'flips', at: 3 },
      ] as const) {
        objects.when((call) => (call.operation === 'read' ? fault : null))
        const outcome = await get(uid).then(
          async (reply) =>
            reply.status === 200
              ? reply.text().then(
                  () => 'whole',
                  () => 'broken',
                )
              : reply.status,
          () => 'broken',
        )
        expect(outcome, fault.kind).to.be.oneOf(['broken', 502, 503])
      }
      objects.heal()
      objects.when(() => null)
      await right(larder.store.delete(key))
      expect((await get(uid)).status).to.equal(502)
      expect(objects.openStreams()).to.equal(0)
    })

    it('is closed at the store when the client leaves', async () => {
      // A chunk is held back until the next one has arrived, because the last one is sent once it is verified.
      const { uid } = await add('film.mp4', 'video/mp4', Buffer.alloc(200_000))
      objects.when((call) => (call.operation === 'read' ? { kind: 'stalls', after: 100_000 } : null))
      const leaving = new AbortController()
      const reply = await server.get(`/api/1/admin/media/${uid}/original`, {
        headers: { authorization: `bearer ${jwt}` },
        signal: leaving.signal,
      })
      const reader = reply.body?.getReader()
      await reader?.read()
      expect(objects.openStreams()).to.equal(1)
      leaving.abort()
      await reader?.read().catch(() => undefined)
      while (objects.openStreams() > 0) await new Promise((resolve) => setImmediate(resolve))
    })

    it('is 503 while 32 are sent, and one that ends frees its place', async () => {
      const { uid } = await add('film.mp4', 'video/mp4', Buffer.alloc(200_000))
      objects.when((call) => (call.operation === 'read' ? { kind: 'stalls', after: 100_000 } : null))
      const headers = { authorization: `bearer ${jwt}` }
      const leaving = Array.from({ length: 32 }, () => new AbortController())
      const first = await Promise.all(
        leaving.map(({ signal }) => server.get(`/api/1/admin/media/${uid}/original`, { headers, signal })),
      )
      expect(new Set(first.map(({ status }) => status))).to.deep.equal(new Set([200]))
      const refused = await get(uid)
      expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([503, '10'])
      expect((await get(uid, {}, 'HEAD')).status).to.equal(200)
      leaving[0]?.abort()
      objects.when(() => null)
      let reply = refused
      while (reply.status === 503) reply = await get(uid)
      expect((await reply.arrayBuffer()).byteLength).to.equal(200_000)
      for (const one of leaving) one.abort()
    })

    it('is 404 for a file that does not exist', async () => {
      for (const uid of [aContentFileUid(), '%00', 'a%2Fb', 'x'.repeat(81)])
        expect((await get(uid)).status, uid).to.equal(404)
    })
  })

  it('are for admins only, whatever token the caller has, and whether the file is public', async () => {
    const file = aNewContentFile({ isPublic: true })
    await right(larder.contentFiles.add(file, aNewFileJob()))
    const media = await right(larder.tokens.mint('content', file.uid, 60))
    const eve = await right(larder.admins.mintIdToken('eve'))
    const statuses = async (authorization: string | null, query = '') => {
      const headers = { 'content-type': 'application/json', ...(authorization !== null && { authorization }) }
      const path = (name: string) => `/api/1/admin/media/${file.uid}/${name}${query}`
      return [
        (await server.get(path('original'), { headers })).status,
        (await server.get(path('original'), { headers, method: 'HEAD' })).status,
        (await server.get(path('exports'), { headers, method: 'POST', body: '{' })).status,
      ]
    }
    expect(await statuses(null)).to.deep.equal([401, 401, 401])
    expect(await statuses(null, `?jwt=${jwt}`)).to.deep.equal([401, 401, 401])
    expect(await statuses('basic YTpi')).to.deep.equal([401, 401, 401])
    for (const token of ['x.y.z', `${jwt}x`, eve, media])
      expect(await statuses(`bearer ${token}`)).to.deep.equal([403, 403, 403])
    advance(86_400 * 40)
    expect(await statuses(`bearer ${jwt}`)).to.deep.equal([403, 403, 403])
    expect(O.isSome(await right(larder.media.find(file.uid)))).to.equal(true)
  })
})
