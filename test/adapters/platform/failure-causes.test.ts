import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnex } from '../../../src/adapters/knex/create-knex.ts'
import { defaultDatabaseLimits } from '../../../src/adapters/knex/database-limits.ts'
import { createKnexStoredFileRepository } from '../../../src/adapters/knex/knex-stored-file-repository.ts'
import { createKnexUserRepository } from '../../../src/adapters/knex/knex-user-repository.ts'
import { runProgram } from '../../../src/adapters/platform/run-program.ts'
import { explainStart } from '../../../src/adapters/postgres-embedded/explain-start.ts'
import { explainError } from '../../../src/terminal/explain-error.ts'
import { left, right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'

const messageOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it went well',
    (error) => String(error),
  )

describe('the reported cause of a failure, which need not be the first or last line [V60]', () => {
  describe('of a program', () => {
    const failWith = (...lines: ReadonlyArray<string>) =>
      messageOf(runProgram('/bin/sh', ['-c', `printf '%s\\n' "$@" >&2; exit 1`, 'sh', ...lines]))

    it('is the line with the error, not a line about clean-up', async () => {
      expect(
        await failWith(
          'initdb: error: could not write to file "pg_wal/x": No space left on device',
          'initdb: removing contents of data directory "/d/pg.new"',
        ),
      ).to.include('could not write to file "pg_wal/x": No space left on device')
      expect(await failWith('2026 PANIC:  no room', 'child process exited with exit code 1')).to.include(
        'PANIC:  no room',
      )
    })

    it('is the last line if no line has an error', async () => {
      expect(await failWith('one', 'two')).to.equal('Error: /bin/sh: two')
    })
  })

  describe('of a server that does not start', () => {
    let folder: string
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'larder-start-'))
    })
    after(() => rm(folder, { recursive: true }))

    it('is found among refused connections, and never taken from the log of an earlier start', async () => {
      const log = join(folder, 'postgres.log')
      const earlier = '2026 UTC [1] FATAL:  could not open what is long mended\n'
      const refusals = [
        'FATAL:  the database system is starting up',
        'FATAL:  the database system is not yet accepting connections',
        'DETAIL:  Consistent recovery state has not been yet reached.',
        'FATAL:  the database system is in recovery mode',
      ].map((line) => `2026 UTC [3] ${line}\n`)
      const cause =
        '2026 UTC [2] PANIC:  could not write to file "pg_wal/xlogtemp.9": No space left on device\n'
      await writeFile(log, [earlier, ...refusals, cause, ...Array(50).fill(refusals.join(''))].join(''))
      const from = Buffer.byteLength(earlier)
      expect(await explainStart(log, from, new Error('exit code 1'))).to.equal(
        `PostgreSQL does not start: could not write to file "pg_wal/xlogtemp.9": No space left on device (see ${log})`,
      )
      await writeFile(log, [earlier, ...refusals].join(''))
      expect(await explainStart(log, from, new Error('exit code 1'))).to.equal(
        `PostgreSQL does not start: exit code 1 (see ${log})`,
      )
    })
  })

  describe('of a statement', () => {
    const database = withDatabase()
    const limits = { ...defaultDatabaseLimits, acquire: 700, read: 700 }
    let db: Knex
    beforeEach(() => {
      db = createKnex(async () => database.connection(), 1, { limits })
    })
    afterEach(() => db.destroy())

    it('is the message of the database, in one line, without the statement', async () => {
      await db.raw('create table if not exists larder_no_such (a int)')
      expect(await messageOf(db.raw('insert into larder_no_such (a, b)\nvalues (?, ?)', [1, 2]))).to.equal(
        'error: column "b" of relation "larder_no_such" does not exist',
      )
      await db.raw('drop table larder_no_such')
    })

    it('is the pool if no connection became free', async () => {
      const connection = await db.client.acquireConnection()
      const failure = await left(createKnexUserRepository(db).isAdmin('ann'))
      expect(explainError(failure)).to.equal(
        'the database cannot be used: all connections (1) are in use, and none became free within 700 ms',
      )
      await db.client.releaseConnection(connection)
    })

    it('does not open the circuit for viewers if a background query timed out', async () => {
      const opened: unknown[] = []
      const slow = createKnex(async () => database.connection(), 2, {
        limits: { ...defaultDatabaseLimits, background: 300, breaker: 60_000 },
        onOpen: (cause) => opened.push(cause),
      })
      const holding = createKnex(async () => database.connection(), 1)
      try {
        const failure = await holding.transaction(async (trx) => {
          await trx.raw('lock table s3_files in access exclusive mode')
          return left(createKnexStoredFileRepository(slow).filterReferencedKeys(['a']))
        })
        expect(explainError(failure)).to.equal('the database cannot be used: no answer within 300 ms')
        expect(opened).to.deep.equal([])
        expect(await right(createKnexUserRepository(slow).isAdmin('ann'))).to.equal(false)
      } finally {
        await slow.destroy()
        await holding.destroy()
      }
    })
  })
})
