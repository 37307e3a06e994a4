import { once } from 'node:events'
import { closeSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { createKnex } from '../../../src/adapters/knex/create-knex.ts'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/adapters/postgres-embedded/embedded-postgres.ts'
import { findPostgresBinaries } from '../../../src/adapters/postgres-embedded/postgres-binaries.ts'
import { makeFifo } from '../../../src/adapters/postgres-embedded/server-reference.ts'
import { startSupervisor } from '../../../src/adapters/postgres-embedded/supervisor.ts'
import { isAlive, killHolder, queryServer, startError, startHolder } from '../../support/embedded-postgres.ts'
import { nonDurablePostgresSettings } from '../../support/non-durable-postgres.ts'
import { inOtherPidNamespace } from '../../support/other-pid-namespace.ts'
import { waitForServerExit } from '../../support/wait-for-server-exit.ts'

describe('embedded PostgreSQL', () => {
  let base: string
  let dir: string

  before(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'larder-embedded-'))
    dir = path.join(base, 'data')
  })

  after(() => rm(base, { recursive: true }))

  const start = (): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres(dir, { settings: nonDurablePostgresSettings })

  it('starts in an empty folder, and keeps its data across a restart', async () => {
    const first = await start()
    await queryServer(first, 'create table kept (word text)')
    await queryServer(first, "insert into kept values ('pantry')")
    await first.stop()
    await waitForServerExit(dir)

    const second = await start()
    expect(await queryServer(second, 'select word from kept')).to.deep.equal([{ word: 'pantry' }])
    await second.stop()
    await waitForServerExit(dir)
  })

  it('adds no file to the package of its programs, which the user may not be permitted to write', async () => {
    const { postgres } = await findPostgresBinaries()
    const libraries = path.resolve(postgres, '../../lib')
    const links = async () =>
      (await readdir(libraries, { withFileTypes: true })).filter((entry) => entry.isSymbolicLink())
    for (const { name } of await links()) await rm(path.join(libraries, name))
    const server = await start()
    await server.stop()
    await waitForServerExit(dir)
    expect(await links()).to.deep.equal([])
  })

  it('listens on no TCP port', async () => {
    const server = await start()
    expect(await queryServer(server, 'show listen_addresses')).to.deep.equal([{ listen_addresses: '' }])
    await server.stop()
    await waitForServerExit(dir)
  })

  it('is shared by processes, and stops when the last one exits', async () => {
    const other = await startHolder(dir)
    const here = await start()
    expect(here.postmasterPid).to.equal(other.postmasterPid)
    await here.stop()
    await here.stop()
    expect(isAlive(other.postmasterPid)).to.equal(true)

    other.process.stdin.end()
    await once(other.process, 'exit')
    await waitForServerExit(dir)
    expect(isAlive(other.postmasterPid)).to.equal(false)
  })

  it('stops even if the first signals arrive before it handles signals', async () => {
    const own = path.join(base, 'ignoringScript')
    const folder = {
      base: own,
      cluster: path.join(own, 'pg'),
      fifo: path.join(own, 'alive'),
      lock: path.join(own, 'lock'),
      log: path.join(own, 'postgres.log'),
      sockets: path.join(own, 'run'),
    }
    for (const each of [folder.cluster, folder.sockets]) await mkdir(each, { recursive: true })
    await makeFifo(folder.fifo)
    // This script ignores the first signals, as PostgreSQL does until it has installed its handlers.
    const ignoringScript = `let signals = 0
      process.on('SIGINT', () => { if (++signals === 3) process.exit(0) })
      setTimeout(() => process.exit(0), 60_000)
      require('node:fs').writeFileSync(${JSON.stringify(path.join(own, 'ready'))}, '')`
    const uid = process.getuid?.() ?? 0
    const { reference } = startSupervisor(folder, { uid, wrap: [] }, [process.execPath, '-e', ignoringScript])
    while (!(await readdir(own)).includes('ready')) await sleep(20)
    closeSync(reference ?? expect.fail('no reference'))
    await waitForServerExit(own)
  })

  it('releases a server whose process id it cannot read', async () => {
    const own = path.join(base, 'nameless')
    const first = await startEmbeddedPostgres(own, { settings: nonDurablePostgresSettings })
    const pidFile = path.join(own, 'pg', 'postmaster.pid')
    await rename(pidFile, `${pidFile}.away`)
    expect(await startError(startEmbeddedPostgres(own, { settings: nonDurablePostgresSettings }))).to.include(
      'postmaster.pid',
    )
    await rename(`${pidFile}.away`, pidFile)
    await first.stop()
    await waitForServerExit(own)
  })

  it('keeps running for other processes when the process that started it is killed', async () => {
    const starter = await startHolder(dir)
    const here = await start()
    await killHolder(starter)
    expect(await queryServer(here, 'select word from kept')).to.deep.equal([{ word: 'pantry' }])
    await here.stop()
    await waitForServerExit(dir)
  })

  it('stops when the only process that uses it is killed, and starts again', async () => {
    await killHolder(await startHolder(dir))
    await waitForServerExit(dir)
    const here = await start()
    expect(await queryServer(here, 'select word from kept')).to.deep.equal([{ word: 'pantry' }])
    await here.stop()
    await waitForServerExit(dir)
  })

  it('starts again after the server itself was killed', async () => {
    const killed = await start()
    process.kill(killed.postmasterPid, 'SIGKILL')
    const again = await start()
    expect(again.postmasterPid).not.to.equal(killed.postmasterPid)
    expect(await queryServer(again, 'select word from kept')).to.deep.equal([{ word: 'pantry' }])
    await killed.stop()
    await again.stop()
    await waitForServerExit(dir)
  })

  it('serves an existing pool after a backend was killed and all connections were lost', async () => {
    const server = await start()
    const db = createKnex(async () => server.connection, 4)
    const { rows } = await db.raw('select pg_backend_pid() as pid')
    const sleeping = Promise.allSettled(Array.from({ length: 4 }, () => db.raw('select pg_sleep(8)')))
    process.kill(rows[0].pid, 'SIGKILL')
    expect((await sleeping).map(({ status }) => status)).to.deep.equal(Array(4).fill('rejected'))

    const tryAgain = (): Promise<unknown> => db('kept').catch(tryAgain)
    expect(await tryAgain()).to.deep.equal([{ word: 'pantry' }])
    expect(await Promise.all(Array.from({ length: 8 }, () => db('kept')))).to.have.length(8)
    await db.destroy()
    await server.stop()
    await waitForServerExit(dir)
  })

  it('is started again by a pool that finds it stopped', async () => {
    const servers: EmbeddedPostgres[] = []
    const startOrJoin = async () => {
      const server = await start()
      servers.push(server)
      return server.connection
    }
    const db = createKnex(startOrJoin, 4)
    await db('kept')
    process.kill(servers[0]?.postmasterPid ?? 0, 'SIGKILL')
    await waitForServerExit(dir) // Until the server has exited, a backend may still answer.
    const tryAgain = (): Promise<unknown> => db('kept').catch(tryAgain)
    expect(await tryAgain()).to.deep.equal([{ word: 'pantry' }])
    expect(servers).to.have.length(2)
    await db.destroy()
    await Promise.all(servers.map((server) => server.stop()))
    await waitForServerExit(dir)
  })

  it('starts one server for four concurrent processes, even after a killed start left a partial folder', async () => {
    const fresh = path.join(base, 'fresh')
    await mkdir(path.join(fresh, 'pg.new'), { recursive: true })
    await writeFile(path.join(fresh, 'pg.new', 'PG_VERSION'), '')
    const holders = await Promise.all(Array.from({ length: 4 }, () => startHolder(fresh)))
    expect(new Set(holders.map(({ postmasterPid }) => postmasterPid)).size).to.equal(1)
    await Promise.all(holders.map(killHolder))
    await waitForServerExit(fresh)
  })

  it('[V26] is recognised as running or stopped across pid namespaces', async () => {
    const child = await startHolder(dir, inOtherPidNamespace)
    const here = await start()
    expect(here.isRunning()).to.equal(true)
    await killHolder(child) // This also kills the whole namespace with the server in it.
    await waitForServerExit(dir)
    expect(here.isRunning()).to.equal(false)
    await here.stop()
    const again = await start()
    expect(await queryServer(again, 'select word from kept')).to.deep.equal([{ word: 'pantry' }])
    await again.stop()
    await waitForServerExit(dir)
  })

  it('reports start-up errors in one line', async () => {
    const old = path.join(base, 'old')
    await mkdir(path.join(old, 'pg'), { recursive: true })
    await writeFile(path.join(old, 'pg', 'PG_VERSION'), '16\n')
    expect(await startError(startEmbeddedPostgres(old))).to.match(
      /pg was written by PostgreSQL 16, but this is \d+: .*DATABASE_URL$/,
    )
    expect(await startError(startEmbeddedPostgres(dir, { settings: { shared_buffers: 'much' } }))).to.match(
      /^PostgreSQL does not start: .*shared_buffers.* \(see .*postgres\.log\)$/,
    )
    expect(await startError(findPostgresBinaries('linux', 'vax'))).to.match(
      /linux-vax is missing: .*DATABASE_URL$/,
    )
    expect(await startError(findPostgresBinaries('darwin', 'arm64'))).to.match(/darwin: .*DATABASE_URL$/)
    await waitForServerExit(dir)
  })
})
