import { expect } from 'chai'
import type { Larder } from '../../src/composition/larder.ts'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { E } from '../../src/fp.ts'
import {
  aContentExportUid,
  aContentFileUid,
  aContentPartUid,
  aNewContentFile,
  aNewFileJob,
} from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { type SeededLadder, seedLadder } from '../support/library.ts'
import {
  bearer,
  createMemoryLarder,
  createStandingClock,
  listen,
  publicUrl,
  type TestServer,
} from '../support/memory-larder.ts'

const listCaching = 'public, max-age=30, stale-while-revalidate=30'
const byteCaching = 'public, max-age=3600'

/** The paths of all lists and bytes of a film, and of its state. */
const pathsOf = ({ uid, high, highMp4 }: SeededLadder) => ({
  lists: [
    `${uid}/mobile.m3u8`,
    `${uid}/ios.m3u8`,
    `${uid}/android.m3u8`,
    `${uid}/web.json`,
    `${uid}/dash.mpd`,
    `exports/${high.uid}.m3u8`,
    `exports/${high.uid}.iframes.m3u8`,
  ].map((path) => `/api/1/content_files/${path}`),
  bytes: [`exports/parts/${high.parts[1]?.uid}.m4s`, `exports/parts/${highMp4.parts[0]?.uid}.mp4`].map(
    (path) => `/api/1/content_files/${path}`,
  ),
  state: `/api/1/content_files/${uid}/status`,
  page: `/console/watch/${uid}`,
})

describe('public films (§5.10)', () => {
  const { clock } = createStandingClock()
  let larder: Larder
  let server: TestServer
  let open: SeededLadder
  let closed: SeededLadder
  let jwt: string
  let admin: string
  let isDatabaseDown = false

  before(async () => {
    const plain = await createMemoryLarder({ clock })
    const { contentFiles } = plain
    larder = await createMemoryLarder({
      ...plain,
      contentFiles: {
        ...contentFiles,
        isPublic: (uid) => async () =>
          isDatabaseDown ? E.left(unavailable('database')('gone')) : contentFiles.isPublic(uid)(),
      },
    })
    server = await listen(larder)
    await right(larder.admins.setAdmin('ann', true))
    admin = await right(larder.admins.mintIdToken('ann'))
  })
  beforeEach(async () => {
    open = await seedLadder(larder)
    closed = await seedLadder(larder)
    await right(larder.contentFiles.setPublic(open.uid, true))
    jwt = await right(larder.tokens.mint('content', open.uid, 1800))
  })
  after(() => server.close())

  const setPublic = async (isPublic: boolean) => {
    const reply = await server.get(`/api/1/admin/media/${open.uid}`, {
      method: 'PATCH',
      headers: { authorization: `bearer ${admin}`, 'content-type': 'application/json', 'if-match': '*' },
      body: JSON.stringify({ public: isPublic }),
    })
    expect(reply.status).to.equal(200)
  }

  it('open all lists, bytes, the state and the page to callers without a token', async () => {
    const { lists, bytes, state, page } = pathsOf(open)
    for (const path of [...lists, ...bytes])
      for (let n = 0; n < 3; n += 1) {
        const { status, headers } = await server.get(path)
        const caching = bytes.includes(path) ? byteCaching : listCaching
        expect([path, status, headers.get('cache-control')]).to.deep.equal([path, 200, caching])
        expect(headers.get('etag'), path).to.match(/^"/)
        expect(headers.get('vary') ?? '', path).not.to.include('Authorization')
        expect(headers.get('no-vary-search'), path).to.equal(null)
      }
    const shown = await server.get(state)
    expect([shown.status, shown.headers.get('cache-control'), await shown.json()]).to.deep.equal([
      200,
      'no-store',
      { state: 'ready', progress: null, stage: null, reason: null, eta_seconds: null },
    ])
    const html = await (await server.get(page)).text()
    expect(html).to.include(`data-kind="content" data-uid="${open.uid}"`)
  })

  it('have no token in any URL of their lists, which lead to every byte', async () => {
    for (const path of pathsOf(open).lists) {
      const text = await (await server.get(path)).text()
      expect(text, path).not.to.match(/jwt|~|eyJ/)
    }
    const web = (await (await server.get(`/api/1/content_files/${open.uid}/web.json`)).json()) as {
      exports: ReadonlyArray<{ url: string }>
    }
    expect(web.exports).to.have.length(2)
    for (const { url } of web.exports) {
      expect(url.startsWith(`${publicUrl}/api/1/content_files/exports/parts/`)).to.equal(true)
      expect((await server.get(url.slice(publicUrl.length))).status).to.equal(200)
    }
  })

  it('answer HEAD, ranges and conditions as private ones do (§6)', async () => {
    const [path = ''] = pathsOf(open).bytes
    const whole = await server.get(path)
    const etag = whole.headers.get('etag') ?? ''
    const head = await server.get(path, { method: 'HEAD' })
    expect([head.status, head.headers.get('etag'), head.headers.get('content-length')]).to.deep.equal([
      200,
      etag,
      whole.headers.get('content-length'),
    ])
    const send = async (headers: Record<string, string>) => {
      const reply = await server.get(path, { headers })
      return [reply.status, reply.headers.get('cache-control'), await reply.text()]
    }
    expect(await send({ range: 'bytes=0-3' })).to.deep.equal([206, byteCaching, 'high'])
    expect(await send({ range: 'bytes=-1' })).to.deep.equal([206, byteCaching, '0'])
    expect(await send({ range: 'bytes=0-1', 'if-range': '"other"' })).to.deep.equal([
      200,
      byteCaching,
      'high 0',
    ])
    expect(await send({ 'if-none-match': etag })).to.deep.equal([304, byteCaching, ''])
    expect((await send({ range: 'bytes=99-' }))[0]).to.equal(416)
    expect((await send({ 'if-match': '"other"' })).slice(0, 2)).to.deep.equal([412, 'no-store'])
    expect((await send({ range: 'bytes=0-0, 3-3' }))[0]).to.equal(206)
    const [list = ''] = pathsOf(open).lists
    const tag = (await server.get(list)).headers.get('etag') ?? ''
    const same = await server.get(list, { headers: { 'if-none-match': tag } })
    expect([same.status, same.headers.get('cache-control')]).to.deep.equal([304, listCaching])
  })

  it('are the only ones that need no token: for all others, known or not, it is required (W15, W16)', async () => {
    const { lists, bytes, state, page } = pathsOf(closed)
    const unknown = [
      `/api/1/content_files/${aContentFileUid()}/mobile.m3u8`,
      `/api/1/content_files/exports/${aContentExportUid()}.m3u8`,
      `/api/1/content_files/exports/parts/${aContentPartUid()}.m4s`,
      `/api/1/content_files/${aContentFileUid()}/status`,
      `/console/watch/${aContentFileUid()}`,
      `/console/watch/${open.high.uid}`,
      '/console/watch/not%20a%20uid',
      `/api/1/image_files/playlist/${open.uid}`,
      `/api/1/image_files/${open.uid}/status`,
    ]
    for (const path of [...lists, ...bytes, state, page, ...unknown]) {
      const reply = await server.get(path)
      const { type } = (await reply.json()) as { type: string }
      const { headers } = reply
      expect([path, reply.status, type]).to.deep.equal([path, 401, 'not_set'])
      expect([headers.get('cache-control'), headers.get('vary')?.includes('Authorization')]).to.deep.equal([
        'no-store',
        true,
      ])
    }
  })

  it('do not replace a token that is brought: it decides alone', async () => {
    const { lists, bytes, state, page } = pathsOf(open)
    const foreign = await right(larder.tokens.mint('content', closed.uid, 60))
    const picture = await right(larder.tokens.mint('image', open.uid, 60))
    for (const path of [...lists, ...bytes, state, page]) {
      expect((await server.get(path)).status).to.equal(200)
      for (const wrong of [foreign, 'a.b.c', 'x', ...(path === page ? [] : [picture])])
        for (const reply of [
          await server.get(path, bearer(wrong)),
          await server.get(`${path}?jwt=${wrong}`),
          await server.get(path.replace('/api/1/', `/api/1/~${wrong}/`), path === page ? bearer(wrong) : {}),
        ])
          expect([path, reply.status]).to.deep.equal([path, 403])
      const own = await server.get(path, bearer(jwt))
      expect([own.status, own.headers.get('vary')?.includes('Authorization')]).to.deep.equal([200, true])
      expect(own.headers.get('cache-control'), path).to.match(/^private|^no-store/)
    }
    const few = await right(larder.tokens.mint('content', open.uid, 60, { exports: [] }))
    expect((await server.get(bytes[0] ?? '', bearer(few))).status).to.equal(403)
  })

  it('have no presigned lists without a token, and say so only of public films', async () => {
    for (const path of pathsOf(open).lists) {
      for (const presign of ['query', '1', 'path', 'define', 'maybe']) {
        const reply = await server.get(`${path}?presign=${presign}`)
        const { detail } = (await reply.json()) as { detail: ReadonlyArray<{ loc: unknown }> }
        expect([path, reply.status, detail[0]?.loc]).to.deep.equal([path, 422, ['query', 'presign']])
      }
      for (const presign of ['none', '0'])
        expect((await server.get(`${path}?presign=${presign}`)).status, path).to.equal(200)
    }
    for (const path of pathsOf(closed).lists)
      for (const presign of ['query', 'none', 'maybe'])
        expect((await server.get(`${path}?presign=${presign}`)).status, path).to.equal(401)
    const [, , , , , , iframes] = pathsOf(open).lists
    expect((await server.get(`/api/1/content_files/${open.uid}/mobile.m3u8?w=x`)).status).to.equal(422)
    expect((await server.get(`/api/1/content_files/${closed.uid}/mobile.m3u8?w=x`)).status).to.equal(401)
    expect((await server.get(`${iframes}?unknown=1`)).status).to.equal(200)
  })

  it('are private at once after a change, also in replayed replies and if the database is down', async () => {
    const { lists, bytes, state, page } = pathsOf(open)
    const paths = [...lists, ...bytes, state, page]
    const statuses = () => Promise.all(paths.map(async (path) => (await server.get(path)).status))
    const pub = await right(larder.checkedTokens.mint('content', open.uid, 1800, {}, { pub: true }))
    const withPub = () => Promise.all(paths.map(async (path) => (await server.get(path, bearer(pub))).status))
    for (let n = 0; n < 3; n += 1)
      expect(new Set([...(await statuses()), ...(await withPub())])).to.deep.equal(new Set([200]))
    await setPublic(false)
    expect(new Set(await statuses())).to.deep.equal(new Set([401]))
    expect(new Set(await withPub())).to.deep.equal(new Set([403]))
    expect((await server.get(lists[0] ?? '', bearer(jwt))).status).to.equal(200)
    isDatabaseDown = true
    const down = await statuses().finally(() => {
      isDatabaseDown = false
    })
    expect(new Set(down)).to.deep.equal(new Set([503]))
    await setPublic(true)
    expect(new Set(await statuses())).to.deep.equal(new Set([200]))
  })

  it('of which nothing is made yet are 404, and tell their state', async () => {
    const file = aNewContentFile({ isPublic: true })
    await right(larder.contentFiles.add(file, aNewFileJob()))
    for (const list of ['mobile.m3u8', 'web.json', 'dash.mpd'])
      expect((await server.get(`/api/1/content_files/${file.uid}/${list}`)).status).to.equal(404)
    const state = await (await server.get(`/api/1/content_files/${file.uid}/status`)).json()
    expect(state).to.include({ state: 'waiting' })
    expect((await server.get(`/console/watch/${file.uid}`)).status).to.equal(200)
  })
})
