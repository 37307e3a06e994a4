import { expect } from 'chai'
import fc from 'fast-check'
import type { Knex } from 'knex'
import { createKnexContentFileRepository } from '../../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexJobQueue } from '../../../src/adapters/knex/knex-job-queue.ts'
import { createKnexMediaRepository } from '../../../src/adapters/knex/knex-media-repository.ts'
import type { Larder } from '../../../src/composition/larder.ts'
import { aContentFileUid } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { type SeededFilm, type SeededImage, seedFilm, seedImage } from '../../support/library.ts'
import {
  createMemoryLarder,
  createStandingClock,
  listen,
  type TestServer,
} from '../../support/memory-larder.ts'
import { withDatabase } from '../../support/postgres.ts'

const adaptersOf = (db: Knex) => ({
  imageFiles: createKnexImageFileRepository(db),
  contentFiles: createKnexContentFileRepository(db),
  media: createKnexMediaRepository(db),
  jobs: createKnexJobQueue(db, 'test'),
})

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`

describe('the routes of the library, on PostgreSQL, with hostile requests', () => {
  const database = withDatabase()
  const { clock, advance } = createStandingClock()
  let larder: Larder
  let server: TestServer
  let jwt: string
  let image: SeededImage
  let film: SeededFilm

  before(async () => {
    larder = await createMemoryLarder({ clock, ...adaptersOf(database.knex()) })
    server = await listen(larder)
    await right(larder.admins.setAdmin('ann', true))
    jwt = await right(larder.admins.mintIdToken('ann'))
    image = await seedImage(larder)
    film = await seedFilm(larder)
  })
  after(() => server.close())

  const send = async (method: string, where: string, body?: string, headers: Record<string, string> = {}) => {
    const reply = await server.get(`/api/1/admin/media${where}`, {
      method,
      headers: {
        authorization: `bearer ${jwt}`,
        'content-type': 'application/json',
        'if-match': '*',
        ...headers,
      },
      ...(body !== undefined && { body }),
    })
    return { status: reply.status, text: await reply.text() }
  }
  const statusOf = async (...request: Parameters<typeof send>) => (await send(...request)).status
  const faultsOf = async (...request: Parameters<typeof send>) => {
    const { status, text } = await send(...request)
    expect(status, text).to.equal(422)
    return JSON.parse(text).detail.map(({ loc }: { loc: ReadonlyArray<string> }) => loc.join('.'))
  }

  it('refuse cursors that are made up, or of another list', async () => {
    const next = async (query: string) =>
      JSON.parse((await send('GET', `?limit=1${query}`)).text).next as string
    const cursor = await next('')
    expect(await statusOf('GET', `?limit=200&after=${cursor}`)).to.equal(200)
    expect(await faultsOf('GET', `?kind=image&after=${cursor}`)).to.deep.equal(['query.after'])
    expect(await faultsOf('GET', `?public=0&after=${cursor}`)).to.deep.equal(['query.after'])
    const cursorOfPrivate = await next('&public=0')
    expect(await statusOf('GET', `?public=false&after=${cursorOfPrivate}`)).to.equal(200)
    const [time, kind, id, digest] = Buffer.from(cursor, 'base64url').toString().split('.')
    const made = (...parts: ReadonlyArray<string | undefined>) =>
      Buffer.from(parts.join('.')).toString('base64url')
    for (const bad of [
      '',
      'x',
      '~',
      `${cursor}=`,
      `${cursor}A`,
      made(time, kind, id),
      made('-1', kind, id, digest),
      made('9'.repeat(17), kind, id, digest),
      made(time, 'sound', id, digest),
      made(time, kind, '1;drop table users', digest),
      made(`0${time}`, kind, id, digest),
      'A'.repeat(5000),
    ])
      expect(await faultsOf('GET', `?after=${encodeURIComponent(bad)}`), bad).to.deep.equal(['query.after'])
    for (const extreme of ['0', '9007199254740991'])
      expect(await statusOf('GET', `?after=${made(extreme, 'content', extreme, digest)}`), extreme).to.equal(
        200,
      )
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const after = Buffer.from(text).toString('base64url')
        expect(await statusOf('GET', `?after=${after}`)).to.equal(422)
      }),
      { numRuns: 20 },
    )
  })

  it('refuse parameters that do not decode', async () => {
    for (const [query, place] of [
      ['q=ab', 'q'],
      ['q=', 'q'],
      ['q=abc&q=def', 'q'],
      ['q=e%CC%81e%CC%81', 'q'],
      ['q=abc%00', 'q'],
      [`q=${'x'.repeat(501)}`, 'q'],
      ['kind=sound', 'kind'],
      ['state=lost', 'state'],
      ['public=maybe', 'public'],
      ['outdated=2', 'outdated'],
      ['limit=0', 'limit'],
      ['limit=201', 'limit'],
      ['created_after=yesterday', 'created_after'],
      ['created_after=2030-02-30T00:00:00Z', 'created_after'],
      ['created_before=2030-01-01T00:00:00', 'created_before'],
      ['created_before=2030-01-01T00:00:00.1234567Z', 'created_before'],
    ])
      expect(await faultsOf('GET', `?${query}`), query).to.deep.equal([`query.${place}`])
    for (const query of [
      'q=%25%25%25',
      'q=%5C%5C%5C',
      "q=';--",
      'q=%F0%9F%A6%8A%F0%9F%A6%8A%F0%9F%A6%8A',
      `q=${'x'.repeat(500)}`,
      'created_after=0000-01-01T00:00:00Z',
      'created_before=9999-12-31T23:59:59.999999Z',
      'created_after=1969-12-31T23:59:59%2B23:59',
    ])
      expect(await statusOf('GET', `?${query}`), query).to.equal(200)
  })

  it('refuse bodies that are deep, huge or not storable, and store nothing of them', async () => {
    const path = `/${image.uid}`
    const metadata = (value: string) => `{"title":"x","metadata":${value}}`
    expect(await statusOf('PATCH', path, `{"metadata":{"a":${deep(6)}}}`)).to.equal(200)
    expect(await faultsOf('PATCH', path, metadata(`{"a":${deep(7)}}`))).to.deep.equal(['body'])
    expect(await faultsOf('PATCH', path, metadata(deep(50_000)))).to.deep.equal(['body'])
    expect(await statusOf('PATCH', path, `{"metadata":{"a":"${'x'.repeat(16_376)}"}}`)).to.equal(200)
    const before = (await send('GET', path)).text
    for (const bad of [
      `{"a":"${'x'.repeat(16_377)}"}`,
      '{"a":"\\u0000"}',
      '{"\\u0000":1}',
      '{"a":["\\ud800"]}',
      '{"a":1e999}',
      '[]',
      '1',
      '"x"',
    ])
      expect(await faultsOf('PATCH', path, metadata(bad)), bad.slice(0, 20)).to.deep.equal(['body.metadata'])
    for (const [body, place] of [
      ['{"title":1}', 'title'],
      [`{"title":"${'x'.repeat(501)}"}`, 'title'],
      ['{"title":"\\u0000"}', 'title'],
      [`{"alt":"${'x'.repeat(2001)}"}`, 'alt'],
      ['{"public":1}', 'public'],
      ['{"public":null}', 'public'],
      ['{"version":9}', 'version'],
      ['{"title":"x","sha512":""}', 'sha512'],
    ])
      expect(await faultsOf('PATCH', path, body), body).to.deep.equal([`body.${place}`])
    for (const body of ['[]', 'null', '1', '""', ''])
      expect(await faultsOf('PATCH', path, body), body).to.deep.equal(['body'])
    expect(await statusOf('PATCH', path, '{')).to.equal(400)
    for (const body of ['{"__proto__":{}}', '{"metadata":{"a":{"__proto__":1}}}'])
      expect(await faultsOf('PATCH', path, body), body).to.deep.equal(['body'])
    expect(await statusOf('PATCH', path, '{}', { 'content-type': 'text/plain' })).to.equal(415)
    expect(await statusOf('PATCH', path, `{"title":"${'x'.repeat(300_000)}"}`)).to.equal(413)
    expect((await send('GET', path)).text).to.equal(before)
    expect(await statusOf('PATCH', path, `{"title":"${'🦊'.repeat(500)}"}`)).to.equal(200)
  })

  it('treat a text that is no uid like an unknown uid', async () => {
    for (const uid of ['if_unknown', '%00', '%2e%2e', 'a%2Fb', "'", 'x'.repeat(81), '%F0%9F%A6%8A'])
      for (const method of ['GET', 'PATCH'])
        expect(await statusOf(method, `/${uid}`, method === 'GET' ? undefined : '{}'), uid).to.equal(404)
  })

  it('change the half of a large batch that exists, and nothing of a batch that is invalid', async () => {
    const unknown = Array.from({ length: 998 }, () => aContentFileUid())
    const uids = [...unknown.slice(0, 499), film.uid, ...unknown.slice(499), image.uid]
    const { status, text } = await send('POST', '/batch', JSON.stringify({ uids, patch: { alt: 'batch' } }))
    expect(status).to.equal(200)
    const { results } = JSON.parse(text) as { results: ReadonlyArray<{ uid: string; status: number }> }
    expect(results.map(({ uid }) => uid)).to.deep.equal(uids)
    expect(results.filter((result) => result.status === 200).map(({ uid }) => uid)).to.deep.equal([
      film.uid,
      image.uid,
    ])
    const valid = { uids: [film.uid], patch: { alt: 'not this' } }
    for (const [bad, place] of [
      [{ ...valid, uids: [film.uid, film.uid] }, 'uids'],
      [{ ...valid, uids: [film.uid, 'a b'] }, 'uids'],
      [{ ...valid, uids: [film.uid, 1] }, 'uids'],
      [{ ...valid, uids: [] }, 'uids'],
      [{ ...valid, uids: Array.from({ length: 1001 }, () => aContentFileUid()) }, 'uids'],
      [{ ...valid, patch: { alt: 1 } }, 'patch.alt'],
      [{ ...valid, patch: { alter: '' } }, 'patch.alter'],
      [{ ...valid, also: 1 }, 'also'],
    ] as const)
      expect(await faultsOf('POST', '/batch', JSON.stringify(bad)), place).to.include(`body.${place}`)
    expect(await faultsOf('POST', '/batch', JSON.stringify({ uids: [film.uid] }))).to.deep.equal(['body'])
    expect(JSON.parse((await send('GET', `/${film.uid}`)).text)).to.include({ alt: 'batch' })
  })

  it('are for admins only, whatever token the caller has', async () => {
    const eve = await right(larder.admins.mintIdToken('eve'))
    const expired = await right(larder.admins.mintIdToken('ann'))
    const requests = [
      ['GET', '', undefined],
      ['GET', `/${film.uid}`, undefined],
      ['GET', '/%00', undefined],
      ['GET', '?after=x', undefined],
      ['PATCH', `/${film.uid}`, '{"title":"stolen"}'],
      ['PATCH', `/${film.uid}`, '{'],
      ['POST', '/batch', JSON.stringify({ uids: [film.uid], patch: { title: 'stolen' } })],
      ['POST', '/batch', deep(9)],
    ] as const
    const check = async (authorization: string, status: number) => {
      for (const [method, where, body] of requests)
        expect(
          await statusOf(method, where, body, { authorization }),
          `${method} ${where} ${authorization}`,
        ).to.equal(status)
    }
    for (const [method, where, body] of requests)
      expect(
        (
          await server.get(`/api/1/admin/media${where}${where.includes('?') ? '&' : '?'}jwt=${jwt}`, {
            method,
            headers: { 'content-type': 'application/json' },
            ...(body !== undefined && { body }),
          })
        ).status,
      ).to.equal(401)
    await check('basic YTpi', 401)
    for (const token of ['x.y.z', `${jwt}x`, eve, image.jwt, film.jwt]) await check(`bearer ${token}`, 403)
    advance(86_400 * 40)
    await check(`bearer ${expired}`, 403)
    const { title } = JSON.parse(
      (
        await send('GET', `/${film.uid}`, undefined, {
          authorization: `bearer ${await right(larder.admins.mintIdToken('ann'))}`,
        })
      ).text,
    )
    expect(title).to.not.equal('stolen')
  })
})
