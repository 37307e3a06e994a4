import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import { aNewContentFile, aNewFileJob, aNewImageFile } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { type SeededFilm, type SeededImage, seedFilm, seedImage } from '../../support/library.ts'
import {
  createMemoryLarder,
  createStandingClock,
  listen,
  publicUrl,
  type TestServer,
} from '../../support/memory-larder.ts'

type Json = Record<string, unknown>

describe('the routes of the library (§8.4 to §8.10)', () => {
  let larder: Larder
  let server: TestServer
  let jwt: string
  let image: SeededImage
  let film: SeededFilm
  const { clock, advance } = createStandingClock()

  beforeEach(async () => {
    larder = await createMemoryLarder({ clock })
    server = await listen(larder)
    await right(larder.admins.setAdmin('ann', true))
    jwt = await right(larder.admins.mintIdToken('ann'))
    image = await seedImage(larder)
    advance(1)
    film = await seedFilm(larder)
  })
  afterEach(() => server.close())

  const send = async (
    method: string,
    where: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const reply = await server.get(`/api/1/admin/media${where}`, {
      method,
      headers: { authorization: `bearer ${jwt}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: reply.status, headers: reply.headers, json: (await reply.json()) as Json }
  }
  const uidsIn = ({ json }: { readonly json: Json }) =>
    (json.items as ReadonlyArray<{ uid: string }>).map(({ uid }) => uid)
  const change = (uid: string, body: unknown, tag: string) =>
    send('PATCH', `/${uid}`, body, { 'if-match': tag })

  it('list files of both kinds, newest first, in pages', async () => {
    const all = await send('GET', '')
    expect([all.status, all.headers.get('cache-control')]).to.deep.equal([200, 'no-store'])
    expect(uidsIn(all)).to.deep.equal([film.uid, image.uid])
    expect(all.json).to.include({ next: null, total: 2 })
    const [item] = all.json.items as ReadonlyArray<Json>
    expect(item).to.deep.equal({
      uid: film.uid,
      kind: 'content',
      title: null,
      file_name: 'bunny.mp4',
      state: 'ready',
      public: false,
      created_at: new Date(clock()).toISOString().replace('Z', '000Z'),
      updated_at: new Date(clock()).toISOString().replace('Z', '000Z'),
      size_bytes: 1000,
      content_type: 'video/mp4',
      width: 640,
      height: 360,
      duration_seconds: 12,
      thumbhash: null,
      warnings: [],
      deleted_at: null,
      purge_after: null,
      taken_down: false,
    })
    const first = await send('GET', '?limit=1')
    expect(uidsIn(first)).to.deep.equal([film.uid])
    const second = await send('GET', `?limit=1&after=${first.json.next}`)
    expect(uidsIn(second)).to.deep.equal([image.uid])
    expect(second.json).to.include({ next: null, total: 2 })
  })

  it('filter and search', async () => {
    await right(larder.contentFiles.add(aNewContentFile({ name: 'Köln 1.mp4' }), aNewFileJob()))
    const found = async (query: string) => uidsIn(await send('GET', `?${query}`))
    expect(await found('kind=image')).to.deep.equal([image.uid])
    expect(await found('state=ready&kind=content')).to.deep.equal([film.uid])
    expect(await found('state=waiting')).to.have.length(1)
    expect(await found('public=yes')).to.deep.equal([])
    expect(await found('public=0')).to.have.length(3)
    expect(await found('outdated=1')).to.deep.equal([])
    expect(await found(`q=${encodeURIComponent('KÖLN')}`)).to.have.length(1)
    expect(await found(`q=${film.uid}`)).to.deep.equal([film.uid])
    expect(await found('q=dandelion&state=failed')).to.deep.equal([])
    const [newest, , oldest] = (await send('GET', '')).json.items as ReadonlyArray<{ created_at: string }>
    expect(await found(`created_after=${oldest?.created_at}`)).to.have.length(2)
    expect(await found(`created_before=${newest?.created_at}`)).to.have.length(1)
    const zoned = encodeURIComponent(`${oldest?.created_at.slice(0, -1)}+00:00`)
    expect(await found(`created_after=${zoned}`)).to.have.length(2)
  })

  it('show a file with its exports, their URLs, and its newest job', async () => {
    const shown = await send('GET', `/${film.uid}`)
    expect([shown.status, shown.headers.get('etag')]).to.deep.equal([200, '"1"'])
    expect(shown.json).to.deep.include({
      uid: film.uid,
      alt: null,
      metadata: {},
      original: {
        sha512: (shown.json.original as Json).sha512,
        size_bytes: 1000,
        content_type: 'video/mp4',
      },
    })
    expect((shown.json.job as Json).media).to.equal(film.uid)
    const exports = shown.json.exports as ReadonlyArray<Json>
    expect(exports.map(({ url }) => url)).to.deep.equal([
      `${publicUrl}/api/1/content_files/exports/${film.hls.uid}.m3u8`,
      `${publicUrl}/api/1/content_files/exports/parts/${film.mp4.parts[0]?.uid}.mp4`,
    ])
    expect(exports[0]).to.deep.include({
      uid: film.hls.uid,
      format: 'm3u8',
      width: 640,
      height: 360,
      codecs: ['avc1.64001e'],
      language: null,
      bandwidth: 900_000,
      size_bytes: 3000,
      recipe: 2,
    })
    const picture = await send('GET', `/${image.uid}`)
    expect((picture.json.exports as ReadonlyArray<Json>)[0]?.url).to.equal(
      `${publicUrl}/api/1/image_files/image/${image.exports[0]?.uid}.webp`,
    )
    // Each URL opens with a token of the file.
    for (const { url } of exports)
      expect(
        (
          await server.get(String(url).replace(publicUrl, ''), {
            headers: { authorization: `bearer ${film.jwt}` },
          })
        ).status,
      ).to.equal(200)
    expect((await send('GET', '/if_unknown')).status).to.equal(404)
  })

  it('change the given members of a file', async () => {
    const changed = await change(film.uid, { title: 'A film', metadata: { a: 1 } }, '"1"')
    expect([changed.status, changed.headers.get('etag')]).to.deep.equal([200, '"2"'])
    expect(changed.json).to.deep.include({ title: 'A film', alt: null, metadata: { a: 1 }, public: false })
    const cleared = await change(film.uid, { title: null, metadata: null, alt: 'x', public: true }, '*')
    expect(cleared.json).to.deep.include({ title: null, alt: 'x', metadata: {}, public: true })
    expect((await send('GET', `/${film.uid}`)).json).to.deep.equal(cleared.json)
    expect((await change(film.uid, {}, 'W/"3", "7", "3"')).headers.get('etag')).to.equal('"4"')
  })

  it('require the version that is changed', async () => {
    const without = await send('PATCH', `/${film.uid}`, { title: 'x' })
    expect([without.status, without.json.type]).to.deep.equal([428, 'precondition_required'])
    for (const tag of ['"2"', 'W/"1"', '1', '"01"', '""', ',', '"*"', '"1', `"${'9'.repeat(400)}"`]) {
      const refused = await change(film.uid, { title: 'x' }, tag)
      expect([refused.status, refused.json.type], tag).to.deep.equal([412, 'precondition_failed'])
      const isTag = tag === '"2"'
      expect(refused.json.message, tag).to.match(
        isTag ? /changed since/ : /expected is .* such as "3", or \*/,
      )
    }
    expect((await send('GET', `/${film.uid}`)).json).to.include({ title: null })
    const both = await Promise.all(['a', 'b'].map((title) => change(film.uid, { title }, '"1"')))
    expect(both.map(({ status }) => status)).to.have.members([200, 412])
    expect((await change('cf_unknown', { title: 'x' }, '*')).status).to.equal(404)
  })

  it('do not change the version when a job publishes exports', async () => {
    const file = aNewImageFile()
    await right(larder.imageFiles.add(file, aNewFileJob()))
    const { headers } = await send('GET', `/${file.uid}`)
    await right(larder.imageFiles.setPublic(file.uid, true))
    expect((await change(file.uid, { title: 'x' }, headers.get('etag') ?? '')).status).to.equal(200)
  })

  it('make a picture public, and private again at once', async () => {
    const path = `/api/1/image_files/playlist/${image.uid}`
    const bytes = `/api/1/image_files/image/${image.exports[0]?.uid}.webp`
    const statuses = async () => [
      (await server.get(`${path}?public=1`)).status,
      (await server.get(bytes)).status,
    ]
    expect(await statuses()).to.deep.equal([403, 401])
    await change(image.uid, { public: true }, '*')
    expect(await statuses()).to.deep.equal([200, 200])
    expect(await statuses()).to.deep.equal([200, 200])
    await change(image.uid, { public: false }, '*')
    expect(await statuses()).to.deep.equal([403, 401])
    await send('POST', '/batch', { uids: [image.uid], patch: { public: true } })
    expect(await statuses()).to.deep.equal([200, 200])
    await send('POST', '/batch', { uids: [image.uid], patch: { public: false } })
    expect(await statuses()).to.deep.equal([403, 401])
    const films = async () => (await server.get(`/api/1/content_files/${film.uid}/mobile.m3u8`)).status
    for (const [isPublic, status] of [
      [true, 200],
      [false, 401],
    ] as const) {
      await send('POST', '/batch', { uids: [film.uid], patch: { public: isPublic } })
      expect(await films()).to.equal(status)
    }
  })

  it('change several files, with a result for each uid in the given order', async () => {
    const uids = ['if_unknown', film.uid, 'cf_unknown', image.uid]
    const { status, json } = await send('POST', '/batch', { uids, patch: { title: 'both' } })
    expect(status).to.equal(200)
    expect(json).to.deep.equal({
      results: [
        { uid: 'if_unknown', status: 404, type: 'not_found' },
        { uid: film.uid, status: 200 },
        { uid: 'cf_unknown', status: 404, type: 'not_found' },
        { uid: image.uid, status: 200 },
      ],
    })
    for (const uid of [film.uid, image.uid])
      expect((await send('GET', `/${uid}`)).json).to.include({ title: 'both' })
  })
})
