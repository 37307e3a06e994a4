import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect } from 'chai'
import type { PgConnection } from '../../../src/adapters/knex/create-knex.ts'
import { advisoryLockClass } from '../../../src/adapters/knex/lock-session.ts'
import { createPostgresWorkLocks } from '../../../src/adapters/knex/postgres-work-locks.ts'
import { E, O, TE } from '../../../src/fp.ts'
import type { WorkLocks } from '../../../src/ports/work-locks.ts'
import { workLocksContract } from '../../contracts/work-locks.contract.ts'
import { type DatabaseProxy, startDatabaseProxy, terminate } from '../../support/database-proxy.ts'
import { left, right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'
import { pollUntilDefined } from '../../support/processes.ts'

describe('[V24] PostgreSQL work locks', () => {
  const { knex, connection } = withDatabase()
  const make = (limits?: { beat: number; answer: number }, to = connection): WorkLocks =>
    createPostgresWorkLocks(knex(), async () => to(), limits)

  workLocksContract(async () => {
    // Connections of the last test count against the limit until their server processes have exited.
    await pollUntilDefined(async () => ((await holders()) === 0 ? true : undefined))
    return [make(), make()]
  })

  const holders = async (): Promise<number> => {
    const { rows } = await knex().raw(
      `select count(*) as count from pg_stat_activity
       where datname = current_database() and application_name = 'larder locks'`,
    )
    return rows[0].count
  }

  /** Returns a task that ends when its lock is lost. */
  const untilLost = (onHeld: () => void) => (lost: AbortSignal) => async () => {
    onHeld()
    await new Promise((resolve) => lost.addEventListener('abort', resolve))
    return E.right('lost' as const)
  }

  it('signals the loss to its holder when the connection is terminated, and frees the lock', async () => {
    const [one, other] = [make(), make()]
    const holder = await new Promise<{ ended: Promise<O.Option<'lost'>> }>((resolve) => {
      const ended: Promise<O.Option<'lost'>> = right(
        one.tryWith(
          'a',
          untilLost(() => setImmediate(() => resolve({ ended }))),
        ),
      )
    })
    expect(await right(other.tryWith('a', () => TE.right(1)))).to.deep.equal(O.none)
    await knex().raw(
      `select pg_terminate_backend(pid) from pg_locks where classid = ? and locktype = 'advisory'`,
      [advisoryLockClass],
    )
    expect(await holder.ended).to.deep.equal(O.some('lost'))
    expect(await right(other.tryWith('a', () => TE.right(1)))).to.deep.equal(O.some(1))
    expect(await right(one.tryWith('a', () => TE.right(1)))).to.deep.equal(O.some(1))
  })

  describe('behind a proxy', () => {
    let proxy: DatabaseProxy
    beforeEach(async () => {
      proxy = await startDatabaseProxy(connection())
    })
    afterEach(() => proxy.close())
    const through = (limits?: { beat: number; answer: number }) => make(limits, () => proxy.connection)

    describe('that delays each response, within the timeout', () => {
      workLocksContract(async () => {
        await pollUntilDefined(async () => ((await holders()) === 0 ? true : undefined))
        proxy.set({ kind: 'late', ms: 15 })
        return [through(), through()]
      })
    })

    it('ends its connection with Terminate, not with a reset, when the last lock is released during a heartbeat', async () => {
      proxy.set({ kind: 'late', ms: 100 })
      await right(through({ beat: 1, answer: 2000 }).tryWith('a', () => TE.right(1)))
      await proxy.until(() => proxy.connections() === 0)
      expect(proxy.lastChunks()).to.deep.equal([terminate])
    })

    it('[M3] releases a lock whose response came too late, even while it holds another', async () => {
      // The heartbeat interval is so long that no heartbeat detects the loss.
      const one = through({ beat: 3_600_000, answer: 1000 })
      const holder = await new Promise<{ ended: Promise<O.Option<'lost'>> }>((resolve) => {
        const ended: Promise<O.Option<'lost'>> = right(
          one.tryWith(
            'a',
            untilLost(() => setImmediate(() => resolve({ ended }))),
          ),
        )
      })
      proxy.set({ kind: 'late', ms: 1500 })
      const notStarted = () => expect.fail('the task started')
      expect(await left(one.tryWith('b', notStarted))).to.include({
        _tag: 'Unavailable',
        dependency: 'database',
      })
      proxy.set({ kind: 'pass' })
      const other = make()
      const isFree = async (name: string) => O.isSome(await right(other.tryWith(name, () => TE.right(1))))
      await pollUntilDefined(async () => (await isFree('b')) || undefined)
      // The other lock is lost with the connection, and its holder is notified.
      expect(await holder.ended).to.deep.equal(O.some('lost'))
      expect(await right(one.tryWith('b', () => TE.right(1)))).to.deep.equal(O.some(1))
    })
  })

  it('signals the loss to its holder when the database stops answering without closing the connection', async () => {
    const target = connection()
    if (!('host' in target)) return
    const proxy = await startSilentProxy(`${target.host}/.s.PGSQL.${target.port}`)
    const locks = make(
      { beat: 50, answer: 500 },
      (): PgConnection => ({ ...target, host: '127.0.0.1', port: proxy.port }),
    )
    const ended = right(locks.tryWith('a', untilLost(proxy.fallSilent)))
    expect(await ended).to.deep.equal(O.some('lost'))
    const unreachable = await left(locks.tryWith('a', () => TE.right(1)))
    expect(unreachable).to.include({ _tag: 'Unavailable', dependency: 'database' })
    await proxy.close()
  })

  it('keeps no connection while no lock is held', async () => {
    await right(make().tryWith('a', () => TE.right(1)))
    await pollUntilDefined(async () => ((await holders()) === 0 ? true : undefined))
  })

  it('fails with Unavailable when the database is unreachable, and does not start the task', async () => {
    const locks = make(undefined, () => ({ connectionString: 'postgres://127.0.0.1:1/nowhere' }))
    const notStarted = () => expect.fail('the task started')
    expect(await left(locks.tryWith('a', notStarted))).to.include({
      _tag: 'Unavailable',
      dependency: 'database',
    })
  })
})

/** Forwards bytes to a Unix socket until `fallSilent` is called. */
const startSilentProxy = async (socket: string) => {
  let silent = false
  const sockets: Socket[] = []
  const server = createServer((client) => {
    const upstream = connect(socket)
    sockets.push(client, upstream)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('data', (bytes) => {
        if (!silent) to.write(bytes)
      })
      from.on('error', () => undefined)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    fallSilent: () => {
      silent = true
    },
    close: async () => {
      for (const each of sockets) each.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
