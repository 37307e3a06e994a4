import { expect } from 'chai'
import fc from 'fast-check'
import type { Larder } from '../../../src/composition/larder.ts'
import { O } from '../../../src/fp.ts'
import { aContentFileUid, aNewContentExport, aNewContentFile, aNewFileJob } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { knexAdapters } from '../../support/library-instance.ts'
import {
  createMemoryLarder,
  createStandingClock,
  listen,
  type TestServer,
} from '../../support/memory-larder.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('the routes of deletion, on PostgreSQL, with hostile requests', () => {
  const database = withDatabase()
  const { clock, advance } = createStandingClock()
  let larder: Larder
  let server: TestServer
  let jwt: string

  before(async () => {
    larder = await createMemoryLarder({ clock, ...knexAdapters(database.knex()) })
    server = await listen(larder)
    await right(larder.admins.setAdmin('ann', true))
    jwt = await right(larder.admins.mintIdToken('ann'))
  })
  after(() => server.close())

  const send = async (method: string, where: string, body?: string, token = jwt) => {
    const reply = await server.get(`/api/1/admin${where}`, {
      method,
      headers: { authorization: `bearer ${token}`, 'content-type': 'application/json', 'if-match': '*' },
      ...(body !== undefined && { body }),
    })
    const text = await reply.text()
    expect(reply.status, `${method} ${where} ${text}`).to.be.below(500)
    return { status: reply.status, json: text === '' ? null : JSON.parse(text) }
  }

  it('know no file by a text that is none, and change nothing', async () => {
    for (const uid of [
      '%00',
      '..',
      'x'.repeat(3000),
      '%F0%9F%A6%8A',
      "';--",
      'if_unknown',
      aContentFileUid(),
    ])
      for (const [method, end] of [
        ['DELETE', ''],
        ['DELETE', '?now=1'],
        ['DELETE', '?now=1&purge=1'],
        ['POST', '/restore'],
      ])
        expect((await send(method ?? '', `/media/${uid}${end}`)).status).to.be.oneOf([400, 404])
    const { rows } = await database.knex().raw('select count(*) from taken_down')
    expect(Number(rows[0].count)).to.equal(0)
  })

  it('refuse the cursor of the trash for the library, and the other way round', async () => {
    const uids = []
    for (let n = 0; n < 4; n += 1) {
      const file = aNewContentFile()
      await right(larder.contentFiles.add(file, aNewFileJob()))
      uids.push(file.uid)
    }
    await send('POST', '/media/batch', JSON.stringify({ uids: uids.slice(2), delete: true }))
    const kept = (await send('GET', '/media?limit=1')).json.next
    const deleted = (await send('GET', '/media?limit=1&deleted=1')).json.next
    expect((await send('GET', `/media?limit=1&after=${kept}`)).status).to.equal(200)
    expect((await send('GET', `/media?limit=1&deleted=1&after=${deleted}`)).json.items).to.have.length(1)
    expect((await send('GET', `/media?deleted=1&after=${kept}`)).status).to.equal(422)
    expect((await send('GET', `/media?after=${deleted}`)).status).to.equal(422)
  })

  it('accept no token that has expired', async () => {
    const file = aNewContentFile()
    await right(larder.contentFiles.add(file, aNewFileJob()))
    const old = await right(larder.admins.mintIdToken('ann'))
    advance(3601)
    jwt = await right(larder.admins.mintIdToken('ann'))
    for (const [method, end] of [
      ['DELETE', ''],
      ['DELETE', '?now=1&purge=1'],
      ['POST', '/restore'],
    ])
      expect((await send(method ?? '', `/media/${file.uid}${end}`, undefined, old)).status).to.equal(403)
    expect((await send('GET', `/media/${file.uid}`)).json.deleted_at).to.equal(null)
  })

  it('answer any requests at once without an outage, and leave every file whole, or gone', async () => {
    const requests = {
      delete: (uid: string) => send('DELETE', `/media/${uid}`),
      now: (uid: string) => send('DELETE', `/media/${uid}?now=1`),
      erase: (uid: string) => send('DELETE', `/media/${uid}?now=1&purge=1`),
      restore: (uid: string) => send('POST', `/media/${uid}/restore`),
      patch: (uid: string) => send('PATCH', `/media/${uid}`, '{"title":"x","public":true}'),
      token: (uid: string) => send('POST', '/tokens', JSON.stringify({ uid })),
      show: (uid: string) => send('GET', `/media/${uid}`),
      batch: (uid: string) =>
        send('POST', '/media/batch', JSON.stringify({ uids: [aContentFileUid(), uid], delete: true })),
      sweep: () => larder.trashSweep.run(new AbortController().signal)(),
    }
    const names = Object.keys(requests) as ReadonlyArray<keyof typeof requests>
    const permitted: Readonly<Partial<Record<keyof typeof requests, ReadonlyArray<number>>>> = {
      delete: [202, 404],
      now: [202, 404],
      erase: [202, 404],
      restore: [200, 404, 409],
      patch: [200, 404, 409],
      token: [200, 404, 409],
      show: [200, 404],
      batch: [200],
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...names), { minLength: 3, maxLength: 9 }),
        fc.boolean(),
        async (chosen, isReady) => {
          const file = aNewContentFile()
          const exported = aNewContentExport()
          await right(larder.contentFiles.add(file, aNewFileJob()))
          if (isReady) await right(larder.contentFiles.addExports(file.uid, [exported], null))
          const replies = await Promise.all(
            chosen.map(async (name) => [name, await requests[name](file.uid)] as const),
          )
          for (const [name, reply] of replies)
            if ('status' in reply) expect(permitted[name], name).to.include(reply.status)
          const record = O.toNullable(await right(larder.media.find(file.uid)))
          const isErased = replies.some(
            ([name, reply]) => name === 'erase' && 'status' in reply && reply.status === 202,
          )
          expect(record === null).to.equal(isErased)
          const { rows } = await database
            .knex()
            .raw(`select count(*) from s3_files where key = any(?)`, [
              [file.original, ...exported.parts.map((part) => part.file)].map(({ key }) => key),
            ])
          const whole = isReady ? 1 + exported.parts.length : 1
          expect(Number(rows[0].count)).to.equal(isErased ? 0 : whole)
          expect(record?.exports.length ?? 0).to.equal(isErased || !isReady ? 0 : 1)
        },
      ),
      { numRuns: 25 },
    )
  })
})
