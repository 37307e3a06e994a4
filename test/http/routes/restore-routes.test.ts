import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import { aNewFileJob, aNewImageFile } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { type SeededFilm, type SeededImage, seedFilm, seedImage } from '../../support/library.ts'
import { createMemoryLarder, listen, type TestServer } from '../../support/memory-larder.ts'
import { createRecordingLog, type LogEntry } from '../../support/recording-log.ts'

describe('the routes of deleted files that come back (§8.8, §8.10)', () => {
  let larder: Larder
  let server: TestServer
  let admin: string
  let image: SeededImage
  let film: SeededFilm
  let entries: ReadonlyArray<LogEntry>

  beforeEach(async () => {
    const recording = createRecordingLog()
    entries = recording.entries
    larder = await createMemoryLarder({ log: recording.log })
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
      headers: { authorization: `bearer ${admin}`, 'content-type': 'application/json', 'if-match': '*' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    return {
      status: reply.status,
      allow: reply.headers.get('allow'),
      json: text === '' ? null : JSON.parse(text),
    }
  }
  const batch = (body: unknown) => send('POST', '/media/batch', body)

  it('restore a batch, and say of each file what became of it', async () => {
    const kept = aNewImageFile()
    await right(larder.imageFiles.add(kept, aNewFileJob()))
    await batch({ uids: [image.uid], delete: true })
    await send('DELETE', `/media/${film.uid}?now=1`)
    const uids = [film.uid, 'if_unknown', kept.uid, image.uid]
    const restored = await batch({ uids, restore: true })
    expect([restored.status, restored.json]).to.deep.equal([
      200,
      {
        results: [
          { uid: film.uid, status: 200 },
          { uid: 'if_unknown', status: 404, type: 'not_found' },
          { uid: kept.uid, status: 409, type: 'conflict' },
          { uid: image.uid, status: 200 },
        ],
      },
    ])
    for (const { uid } of [image, film])
      expect((await send('GET', `/media/${uid}`)).json.deleted_at).to.equal(null)
    for (const body of [{ uids, restore: false }, { uids, restore: true, delete: true }, { restore: true }])
      expect((await batch(body)).status).to.equal(422)
  })

  it('have no other method for a batch, which is no uid', async () => {
    for (const method of ['GET', 'HEAD', 'PATCH', 'DELETE']) {
      const { status, allow } = await send(method, '/media/batch', method === 'PATCH' ? {} : undefined)
      expect([status, allow], method).to.deep.equal([405, 'POST, OPTIONS'])
    }
    expect(await send('OPTIONS', '/media/batch')).to.deep.include({ status: 204, allow: 'POST, OPTIONS' })
    expect((await send('GET', `/media/${image.uid}`)).status).to.equal(200)
  })

  it('list bytes that were taken down, and accept them again once their file is gone', async () => {
    const sha512Of = async (uid: string) => (await send('GET', `/media/${uid}`)).json.original.sha512
    const [erased, inTrash] = [await sha512Of(film.uid), await sha512Of(image.uid)]
    await send('DELETE', `/media/${image.uid}?now=1`)
    await send('DELETE', `/media/${film.uid}?now=1&purge=1`)
    const first = (await send('GET', '/refused_bytes?limit=1')).json
    const rest = (await send('GET', `/refused_bytes?limit=1&after=${first.next}`)).json
    expect(rest.next).to.equal(null)
    const items = [...first.items, ...rest.items]
    expect(items.map(({ sha512, uid }) => [uid, sha512])).to.deep.equal(
      [
        [film.uid, erased],
        [image.uid, inTrash],
      ].sort(),
    )
    const accept = async (sha512: string) => (await send('DELETE', `/refused_bytes/${sha512}`)).status
    expect([await accept(inTrash), await accept('0'.repeat(128)), await accept('x')]).to.deep.equal([
      409, 404, 404,
    ])
    expect([await accept(erased), await accept(erased)]).to.deep.equal([204, 404])
    expect(entries.filter(({ event }) => event === 'trash.bytes_accepted')).to.deep.equal([
      { level: 'warn', event: 'trash.bytes_accepted', fields: { sha512: erased, by: 'ann' } },
    ])
    expect((await send('GET', '/refused_bytes')).json.items).to.have.length(1)
  })
})

describe('what a refusal says', () => {
  it('of a title or an alt is a sentence', async () => {
    const larder = await createMemoryLarder()
    const server = await listen(larder)
    try {
      await right(larder.admins.setAdmin('ann', true))
      const admin = await right(larder.admins.mintIdToken('ann'))
      const { uid } = await seedImage(larder)
      const reply = await server.get(`/api/1/admin/media/${uid}`, {
        method: 'PATCH',
        headers: { authorization: `bearer ${admin}`, 'content-type': 'application/json', 'if-match': '*' },
        body: JSON.stringify({ title: 5 }),
      })
      const { detail } = (await reply.json()) as { detail: ReadonlyArray<{ msg: string }> }
      expect(detail[0]?.msg).to.equal(
        'should be null or a text of at most 500 characters, without U+0000 and without unpaired surrogates',
      )
      const refused = await server.get(`/api/1/image_files/playlist/${uid}?public=1`)
      const unknown = await server.get('/api/1/image_files/playlist/if_unknown?public=1')
      expect([refused.status, unknown.status]).to.deep.equal([403, 403])
      const text = await refused.text()
      expect(JSON.parse(text).message).to.equal('there is no public file with this uid')
      expect(await unknown.text()).to.equal(text)
    } finally {
      await server.close()
    }
  })
})
