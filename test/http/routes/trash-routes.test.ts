import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import { aNewFileJob, aNewImageFile } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { type SeededFilm, type SeededImage, seedFilm, seedImage } from '../../support/library.ts'
import {
  bearer,
  createMemoryLarder,
  createStandingClock,
  listen,
  type TestServer,
} from '../../support/memory-larder.ts'

type Json = Record<string, unknown>

describe('the routes of deletion (§8.8)', () => {
  let larder: Larder
  let server: TestServer
  let admin: string
  let image: SeededImage
  let film: SeededFilm
  let clock: () => number
  let advance: (seconds: number) => void

  beforeEach(async () => {
    const standing = createStandingClock()
    clock = standing.clock
    advance = standing.advance
    larder = await createMemoryLarder({ clock })
    server = await listen(larder)
    await right(larder.admins.setAdmin('ann', true))
    admin = await right(larder.admins.mintIdToken('ann'))
    image = await seedImage(larder)
    film = await seedFilm(larder)
  })
  afterEach(() => server.close())

  const send = async (method: string, where: string, body?: unknown) => {
    const reply = await server.get(`/api/1/admin${where}`, {
      method,
      headers: {
        authorization: `bearer ${admin}`,
        'content-type': 'application/json',
        'if-match': '*',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: reply.status, json: (await reply.json()) as Json }
  }
  const remove = (uid: string, query = '') => send('DELETE', `/media/${uid}${query}`)
  const restore = (uid: string) => send('POST', `/media/${uid}/restore`)
  const erasure = (uid: string) => send('GET', `/media/${uid}/erasure`)
  const listed = async (query = '') =>
    ((await send('GET', `/media${query}`)).json.items as ReadonlyArray<Json>).map(({ uid }) => uid)
  const time = (seconds: number) => new Date(clock() + seconds * 1000).toISOString().replace('Z', '000Z')

  const statusOf = async (path: string, jwt: string | null, init: RequestInit = {}): Promise<number> => {
    const reply = await server.get(`/api/1/${path}`, jwt === null ? init : { ...bearer(jwt), ...init })
    await reply.arrayBuffer()
    return reply.status
  }
  const part = () => `content_files/exports/parts/${film.hls.parts[1]?.uid}.m4s`
  const mp4 = () => `content_files/exports/parts/${film.mp4.parts[0]?.uid}.mp4`
  const lists = () =>
    ['mobile.m3u8', 'web.json', 'dash.mpd', 'status'].map((name) => `content_files/${film.uid}/${name}`)
  const picture = () => `image_files/image/${image.exports[0]?.uid}.webp`
  const warm = async () => {
    for (let n = 0; n < 3; n += 1) {
      for (const path of [...lists(), part(), mp4()])
        expect(await statusOf(path, film.jwt), path).to.equal(200)
      for (const path of [picture(), `image_files/playlist/${image.uid}`])
        expect(await statusOf(path, image.jwt), path).to.equal(200)
    }
  }

  it('put a file into the trash, and show it there', async () => {
    const { status, json } = await remove(film.uid)
    expect(status).to.equal(202)
    expect(json).to.deep.include({ deleted_at: time(0), purge_after: time(604_800), instances: [] })
    expect(json.purge).to.match(/^pu_/)
    expect(await listed()).to.deep.equal([image.uid])
    expect(await listed('?deleted=1')).to.deep.equal([film.uid])
    expect(await listed('?deleted=0')).to.deep.equal([image.uid])
    const shown = await send('GET', `/media/${film.uid}`)
    expect(shown.status).to.equal(200)
    expect(shown.json).to.include({ deleted_at: time(0), purge_after: time(604_800), taken_down: false })
    expect((await send('GET', `/media/${image.uid}`)).json).to.include({
      deleted_at: null,
      purge_after: null,
    })
    const before = time(0)
    advance(60)
    expect((await remove(film.uid)).json).to.include({ deleted_at: before })
    expect([(await remove('cf_unknown')).status, (await remove('no uid')).status]).to.deep.equal([404, 404])
    expect((await remove(film.uid, '?purge=1')).status).to.equal(422)
    expect((await remove(film.uid, '?now=perhaps')).status).to.equal(422)
  })

  it('end lists and pictures at once, and segments when a sweep ends the grace', async () => {
    await warm()
    await remove(film.uid)
    await remove(image.uid)
    // Viewers share an answer about the state for a second.
    advance(1)
    for (const path of lists()) expect(await statusOf(path, film.jwt), path).to.equal(404)
    expect(await statusOf(`content_files/exports/${film.hls.uid}.m3u8`, film.jwt)).to.equal(403)
    expect(await statusOf(picture(), image.jwt)).to.equal(403)
    expect(await statusOf(`image_files/playlist/${image.uid}`, image.jwt)).to.equal(404)
    for (const path of [part(), mp4()]) expect(await statusOf(path, film.jwt), path).to.equal(200)
    advance(598)
    await right(larder.trashSweep.run(new AbortController().signal))
    expect(await statusOf(part(), film.jwt)).to.equal(200)
    advance(2)
    await right(larder.trashSweep.run(new AbortController().signal))
    for (const path of [part(), mp4()]) expect(await statusOf(path, film.jwt), path).to.equal(403)
  })

  it('end what is public at once, and restore it as it was', async () => {
    await send('PATCH', `/media/${image.uid}`, { public: true })
    const anonymous = `image_files/playlist/${image.uid}?public=1`
    for (let n = 0; n < 3; n += 1)
      expect([await statusOf(anonymous, null), await statusOf(picture(), null)]).to.deep.equal([200, 200])
    await remove(image.uid)
    expect([await statusOf(anonymous, null), await statusOf(picture(), null)]).to.deep.equal([403, 401])
    expect((await restore(image.uid)).json).to.include({ public: true, deleted_at: null })
    expect([await statusOf(anonymous, null), await statusOf(picture(), null)]).to.deep.equal([200, 200])
    expect(await statusOf(picture(), image.jwt)).to.equal(200)
  })

  it('take a file down, so that nothing answers for it, also after a restore to tokens from before', async () => {
    await warm()
    for (const { uid } of [film, image]) {
      const { status, json } = await remove(uid, '?now=1')
      expect([status, 'erased' in json]).to.deep.equal([202, false])
      expect((await send('GET', `/media/${uid}`)).json).to.include({ taken_down: true })
    }
    const everything = async () => {
      for (const path of [...lists(), part(), mp4(), `content_files/exports/${film.hls.uid}.m3u8`]) {
        expect(await statusOf(path, film.jwt), path).to.equal(403)
        expect(await statusOf(path, film.jwt, { method: 'HEAD' }), path).to.equal(403)
        const ranged = { headers: { authorization: `bearer ${film.jwt}`, range: 'bytes=0-1' } }
        expect(await statusOf(path, film.jwt, ranged), path).to.equal(403)
      }
      for (const path of [picture(), `image_files/playlist/${image.uid}`, `image_files/${image.uid}/best`])
        expect(await statusOf(path, image.jwt), path).to.equal(403)
      expect((await server.get(`/console/watch/${film.uid}?jwt=${film.jwt}`)).status).to.equal(403)
    }
    await everything()
    for (const { uid } of [film, image]) expect((await restore(uid)).status).to.equal(200)
    await everything()
    advance(2)
    const fresh = await right(larder.checkedTokens.mint('content', film.uid, 60))
    for (const path of [...lists(), part(), mp4()]) expect(await statusOf(path, fresh), path).to.equal(200)
  })

  it('harden a deletion, and keep its times', async () => {
    await warm()
    const { json } = await remove(film.uid)
    advance(60)
    const hardened = await remove(film.uid, '?now=1')
    expect(hardened.json).to.include({ deleted_at: json.deleted_at, purge_after: json.purge_after })
    expect(await statusOf(part(), film.jwt)).to.equal(403)
  })

  it('erase a file at once: its rows and its objects', async () => {
    await warm()
    const keys = [...film.hls.parts, ...film.mp4.parts].map(({ file }) => file.key)
    const { status, json } = await remove(film.uid, '?now=1&purge=1')
    expect([status, json.erased, json.purge_after]).to.deep.equal([202, true, json.deleted_at])
    for (const key of keys)
      expect((await right(larder.store.read(key, { start: 0, end: 1 })))._tag).to.equal('None')
    expect((await send('GET', `/media/${film.uid}`)).status).to.equal(404)
    expect((await restore(film.uid)).status).to.equal(404)
    expect((await remove(film.uid)).status).to.equal(404)
    expect(await erasure(film.uid)).to.deep.equal({
      status: 200,
      json: { erased: true, objects_left: 0, objects_kept: 0 },
    })
    expect((await erasure(image.uid)).status, 'a file that exists').to.equal(404)
    for (const path of [...lists(), part(), mp4()]) expect(await statusOf(path, film.jwt), path).to.equal(403)
  })

  it('send the original from the trash, and not after a takedown', async () => {
    const original = async () =>
      (await server.get(`/api/1/admin/media/${image.uid}/original`, bearer(admin))).status
    const before = await original()
    expect(before).to.be.oneOf([200, 502])
    await remove(image.uid)
    expect(await original()).to.equal(before)
    await remove(image.uid, '?now=1')
    expect(await original()).to.equal(404)
  })

  it('end what is public of a film for callers without a token, who have no grace', async () => {
    await send('PATCH', `/media/${film.uid}`, { public: true })
    for (let n = 0; n < 3; n += 1)
      for (const path of [...lists(), part(), mp4()]) expect(await statusOf(path, null), path).to.equal(200)
    await remove(film.uid)
    for (const path of [...lists(), part(), mp4()]) expect(await statusOf(path, null), path).to.equal(401)
    expect(await statusOf(part(), film.jwt)).to.equal(200)
    await restore(film.uid)
    for (const path of [...lists(), part(), mp4()]) expect(await statusOf(path, null), path).to.equal(200)
  })

  it('refuse to change, to mint for, or to retry what is in the trash', async () => {
    const file = aNewImageFile()
    const job = aNewFileJob()
    await right(larder.imageFiles.add(file, job))
    await remove(file.uid)
    for (const [method, where, body] of [
      ['PATCH', `/media/${file.uid}`, { title: 'x' }],
      ['POST', '/tokens', { uid: file.uid }],
      ['POST', `/media/${file.uid}/exports`, { missing: true }],
      ['POST', `/jobs/${job.uid}/retry`, undefined],
    ] as const) {
      const { status, json } = await send(method, where, body)
      expect([where, status, json.type]).to.deep.equal([where, 409, 'conflict'])
    }
    const { json } = await send('POST', '/media/batch', { uids: [file.uid, film.uid], patch: { title: 'x' } })
    expect(json.results).to.deep.equal([
      { uid: file.uid, status: 409, type: 'conflict' },
      { uid: film.uid, status: 200 },
    ])
    expect((await send('GET', `/jobs/${job.uid}`)).json.state).to.equal('cancelled')
    expect((await restore(file.uid)).json).to.include({ state: 'waiting', title: null })
    expect((await send('GET', `/jobs/${job.uid}`)).json.state).to.equal('waiting')
    expect((await restore(file.uid)).status).to.equal(409)
    expect((await restore('if_unknown')).status).to.equal(404)
  })

  it('delete several files, with a result for each uid in the given order', async () => {
    const uids = ['if_unknown', film.uid, image.uid]
    const { status, json } = await send('POST', '/media/batch', { uids, delete: true })
    const times = { deleted_at: time(0), purge_after: time(604_800) }
    expect(status).to.equal(200)
    expect(json.results).to.deep.equal([
      { uid: 'if_unknown', status: 404, type: 'not_found' },
      { uid: film.uid, status: 202, ...times },
      { uid: image.uid, status: 202, ...times },
    ])
    expect(json.instances).to.deep.equal([])
    expect(await listed()).to.deep.equal([])
    for (const body of [
      { uids, delete: false },
      { uids, delete: true, patch: {} },
      { uids, delete: true, now: true },
      { uids: [film.uid, film.uid], delete: true },
    ])
      expect((await send('POST', '/media/batch', body)).status, JSON.stringify(body)).to.equal(422)
  })

  it('are open to admins alone', async () => {
    const id = await right(larder.admins.mintIdToken('ben'))
    for (const [method, where] of [
      ['DELETE', `/media/${film.uid}`],
      ['DELETE', `/media/${film.uid}?now=1&purge=1`],
      ['POST', `/media/${film.uid}/restore`],
    ] as const)
      for (const [jwt, wanted] of [
        [null, 401],
        ['x.y.z', 403],
        [film.jwt, 403],
        [id, 403],
      ] as const)
        expect(
          await statusOf(`admin${where}`, jwt, { method, ...(jwt !== null && bearer(jwt)) }),
          where,
        ).to.equal(wanted)
    expect(await listed()).to.have.length(2)
  })
})
