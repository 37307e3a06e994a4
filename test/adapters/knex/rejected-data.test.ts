import { createHash } from 'node:crypto'
import { expect } from 'chai'
import * as t from 'io-ts'
import type { Knex } from 'knex'
import { createKnex } from '../../../src/adapters/knex/create-knex.ts'
import { createStatements, inTransaction } from '../../../src/adapters/knex/statements.ts'
import { pipe, TE } from '../../../src/fp.ts'
import { anonymousAuthenticator } from '../../../src/http/request/credential.ts'
import { jsonBody } from '../../../src/http/request/json-body.ts'
import { jsonReply } from '../../../src/http/response/reply.ts'
import { createRouteGroup } from '../../../src/http/router.ts'
import { left } from '../../support/expect-right.ts'
import { createMemoryLarder, listenRoutes } from '../../support/memory-larder.ts'
import { withDatabase } from '../../support/postgres.ts'
import { createRecordingLog } from '../../support/recording-log.ts'
import { undescribed } from '../../support/undescribed.ts'

/** A text that PostgreSQL cannot compress to the maximum size of an entry of an index. */
const longText = Array.from({ length: 200 }, (_, i) =>
  createHash('sha256').update(`${i}`).digest('base64'),
).join('')

const rejected = [
  { about: 'U+0000', code: '22021', sql: 'insert into users (sub) values (:text)', text: 'ann\u0000' },
  { about: 'a number out of range', code: '22003', sql: 'select 1 / :text::int2', text: '70000' },
  {
    about: 'a missing value',
    code: '23502',
    sql: 'insert into users (sub) values (nullif(:text, :text))',
    text: '',
  },
  {
    about: 'a text too long for an index',
    code: '54000',
    sql: 'insert into users (sub) values (:text)',
    text: longText,
  },
]

describe('data that the database rejects', () => {
  const database = withDatabase()
  let db: Knex
  let opened: unknown[]
  beforeEach(() => {
    opened = []
    db = createKnex(async () => database.connection(), 1, { onOpen: (cause) => opened.push(cause) })
  })
  afterEach(() => db.destroy())

  for (const { about, code, sql, text } of rejected)
    it(`is an error of the program, and not an outage: ${about}`, async () => {
      const tasks = [
        createStatements(db).run(sql, { text }),
        inTransaction(db, (trx) => trx.raw(sql, { text })),
      ]
      for (const task of tasks) {
        const outcome = await task().catch((error: unknown) => error)
        expect(outcome).to.include({ code })
      }
      expect(opened).to.deep.equal([])
    })

  it('differs from a statement that the database does not understand, or may not run', async () => {
    for (const sql of ['select * from larder_no_such', 'select pg_read_file(:x)'])
      expect(await left(createStatements(db).run(sql, { x: 'x' }))).to.include({ _tag: 'Unavailable' })
  })

  it('gets the status 500, and is logged as a bug', async () => {
    const { log, entries } = createRecordingLog()
    const larder = await createMemoryLarder({ log })
    const server = await listenRoutes(larder, ({ handle }) => {
      const routes = createRouteGroup('/api/1/notes')
      const { run } = createStatements(db)
      routes.on(
        'POST',
        '/',
        handle({
          about: undescribed,
          credential: anonymousAuthenticator,
          body: jsonBody(t.strict({ text: t.string })),
          handler: ({ body: { text } }) =>
            pipe(
              run('insert into users (sub) values (:text)', { text }),
              TE.map((rows) => jsonReply(t.unknown, { rows })),
            ),
        }),
      )
      return [routes]
    })
    try {
      const response = await server.get('/api/1/notes/', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: 'ann\u0000' }),
      })
      expect(response.status).to.equal(500)
      expect(response.headers.get('retry-after')).to.equal(null)
      expect(entries.map(({ event }) => event)).to.deep.equal(['request.broken'])
    } finally {
      await server.close()
    }
  })
})
