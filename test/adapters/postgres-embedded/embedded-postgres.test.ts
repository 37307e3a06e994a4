import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync } from 'node:fs'
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { Client } from 'pg'
import { createKnex } from '../../../src/adapters/knex/create-knex.ts'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/adapters/postgres-embedded/embedded-postgres.ts'
import { findPostgresBinaries } from '../../../src/adapters/postgres-embedded/postgres-binaries.ts'
import { makeFifo } from '../../../src/adapters/postgres-embedded/server-reference.ts'
import { startSupervisor } from '../../../src/adapters/postgres-embedded/supervisor.ts'
import { forgetful } from '../../support/forgetful.ts'
import { otherNamespace } from '../../support/other-namespace.ts'
import { serverGone } from '../../support/server-gone.ts'

describe('embedded PostgreSQL', () => {
  let base: string
  let dir: string

  before(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'larder-embedded-'))
    dir = path.join(base, 'data')
  })

  after(() => rm(base, { recursive: true }))

  const start = (): Promise<EmbeddedPostgres> => startEmbeddedPostgres(dir, { settings: forgetful })

  it('starts in an empty folder, and knows its data when it starts again', async () => {
    const first = await start()
    await ask(first, 'create table kept (word text)')
    await ask(first, "insert into kept values ('pantry')")
    await first.stop()
    await serverGone(dir)

    const second = await start()
    expect(await ask(second, 'select word from kept')).to.deep.equal([{ word: 'pantry' }])
    await second.stop()
    await serverGone(dir)
  })

  it('listens on no port', async () => {
    const server = await start()
    expect(await ask(server, 'show listen_addresses')).to.deep.equal([{ listen_addresses: '' }])
    await server.stop()
    await serverGone(dir)
  })

  it('is shared by processes, and stops when the last one ends', async () => {
    const other = await holder(dir)
    const here = await start()
    expect(here.postmasterPid).to.equal(other.postmasterPid)
    await here.stop()
    await here.stop()
    expect(isAlive(other.postmasterPid)).to.equal(true)

    other.process.stdin.end()
    await once(other.process, 'exit')
    await serverGone(dir)
    expect(isAlive(other.postmasterPid)).to.equal(false)
  })

  it('stops also when the first requests to end come before it listens to any', async () => {
    const own = path.join(base, 'deaf')
    const folder = {
      cluster: path.join(own, 'pg'),
      fifo: path.join(own, 'alive'),
      lock: path.join(own, 'lock'),
      log: path.join(own, 'postgres.log'),
      sockets: path.join(own, 'run'),
    }
    for (const each of [folder.cluster, folder.sockets]) await mkdir(each, { recursive: true })
    await makeFifo(folder.fifo)
    // PostgreSQL is deaf like that from the start of its process until it has set its handlers.
    const deaf = `let asked = 0
      process.on('SIGINT', () => { if (++asked === 3) process.exit(0) })
      setTimeout(() => process.exit(0), 60_000)
      require('node:fs').writeFileSync(${JSON.stringify(path.join(own, 'ready'))}, '')`
    const uid = process.getuid?.() ?? 0
    const { reference } = startSupervisor(folder, { uid, wrap: [] }, [process.execPath, '-e', deaf])
    while (!(await readdir(own)).includes('ready')) await sleep(20)
    closeSync(reference ?? expect.fail('no reference'))
    await serverGone(own)
  })

  it('lets go of a server whose process it cannot name', async () => {
    const own = path.join(base, 'nameless')
    const first = await startEmbeddedPostgres(own, { settings: forgetful })
    const pidFile = path.join(own, 'pg', 'postmaster.pid')
    await rename(pidFile, `${pidFile}.away`)
    expect(await refusal(startEmbeddedPostgres(own, { settings: forgetful }))).to.include('postmaster.pid')
    await rename(`${pidFile}.away`, pidFile)
    await first.stop()
    await serverGone(own)
  })

  it('outlives a killed process that started it, for those who joined', async () => {
    const starter = await holder(dir)
    const here = await start()
    await kill(starter)
    expect(await ask(here, 'select word from kept')).to.deep.equal([{ word: 'pantry' }])
    await here.stop()
    await serverGone(dir)
  })

  it('stops when the only process that needs it is killed, and starts again', async () => {
    await kill(await holder(dir))
    await serverGone(dir)
    const here = await start()
    expect(await ask(here, 'select word from kept')).to.deep.equal([{ word: 'pantry' }])
    await here.stop()
    await serverGone(dir)
  })

  it('starts again after the server itself was killed', async () => {
    const killed = await start()
    process.kill(killed.postmasterPid, 'SIGKILL')
    const again = await start()
    expect(again.postmasterPid).not.to.equal(killed.postmasterPid)
    expect(await ask(again, 'select word from kept')).to.deep.equal([{ word: 'pantry' }])
    await killed.stop()
    await again.stop()
    await serverGone(dir)
  })

  it('does not need a new pool after a backend was killed and all connections were lost', async () => {
    const server = await start()
    const db = createKnex(async () => server.connection, 4)
    const { rows } = await db.raw('select pg_backend_pid() as pid')
    const asleep = Promise.allSettled(Array.from({ length: 4 }, () => db.raw('select pg_sleep(8)')))
    process.kill(rows[0].pid, 'SIGKILL')
    expect((await asleep).map(({ status }) => status)).to.deep.equal(Array(4).fill('rejected'))

    const tryAgain = (): Promise<unknown> => db('kept').catch(tryAgain)
    expect(await tryAgain()).to.deep.equal([{ word: 'pantry' }])
    expect(await Promise.all(Array.from({ length: 8 }, () => db('kept')))).to.have.length(8)
    await db.destroy()
    await server.stop()
    await serverGone(dir)
  })

  it('comes back by itself for a pool that starts it when it must', async () => {
    const servers: EmbeddedPostgres[] = []
    const startOrJoin = async () => {
      const server = await start()
      servers.push(server)
      return server.connection
    }
    const db = createKnex(startOrJoin, 4)
    await db('kept')
    process.kill(servers[0]?.postmasterPid ?? 0, 'SIGKILL')
    await serverGone(dir) // until then a backend may answer once more
    const tryAgain = (): Promise<unknown> => db('kept').catch(tryAgain)
    expect(await tryAgain()).to.deep.equal([{ word: 'pantry' }])
    expect(servers).to.have.length(2)
    await db.destroy()
    await Promise.all(servers.map((server) => server.stop()))
    await serverGone(dir)
  })

  it('is one server for four processes that start it at once, over what a killed start left half made', async () => {
    const fresh = path.join(base, 'fresh')
    await mkdir(path.join(fresh, 'pg.new'), { recursive: true })
    await writeFile(path.join(fresh, 'pg.new', 'PG_VERSION'), '')
    const holders = await Promise.all(Array.from({ length: 4 }, () => holder(fresh)))
    expect(new Set(holders.map(({ postmasterPid }) => postmasterPid)).size).to.equal(1)
    await Promise.all(holders.map(kill))
    await serverGone(fresh)
  })

  it('works below a long path with a space, a comma and a quote', async () => {
    const odd = path.join(base, `it's a long, odd path/${'x'.repeat(100)}`)
    const server = await startEmbeddedPostgres(odd, { settings: forgetful })
    expect(await ask(server, 'select 1 as one')).to.deep.equal([{ one: 1 }])
    await server.stop()
    await serverGone(odd)
  })

  it('[V2] has its socket below its own folder, whatever that is called, and for its own user alone', async () => {
    for (const name of ['plain', 'with a space', `a 'quote', and ${'x'.repeat(100)}`]) {
      const own = path.join(base, name)
      const before = await readdir(tmpdir())
      const server = await startEmbeddedPostgres(own, { settings: forgetful })
      expect(await ask(server, 'select 1 as one')).to.deep.equal([{ one: 1 }])
      const sockets = path.join(own, 'run')
      expect(await readdir(sockets)).to.include('.s.PGSQL.5432')
      expect((await lstat(sockets)).mode & 0o777).to.equal(0o700)
      expect((await lstat(path.join(sockets, '.s.PGSQL.5432'))).mode & 0o777).to.equal(0o700)
      const added = (await readdir(tmpdir())).filter((entry) => !before.includes(entry))
      expect(added.filter((entry) => entry.startsWith('pg-'))).to.deep.equal([])
      await server.stop()
      await serverGone(own)
    }
  })

  it('[V2] uses no folder of another user, nor one that others may enter', async () => {
    const own = path.join(base, 'shared')
    await mkdir(path.join(own, 'run'), { recursive: true })
    await chmod(path.join(own, 'run'), 0o777)
    await chmod(own, 0o777)
    const server = await startEmbeddedPostgres(own, { settings: forgetful })
    expect((await lstat(own)).mode & 0o022).to.equal(0)
    expect((await lstat(path.join(own, 'run'))).mode & 0o777).to.equal(0o700)
    await server.stop()
    await serverGone(own)

    await rm(path.join(own, 'run'), { recursive: true })
    await symlink(tmpdir(), path.join(own, 'run'))
    expect(await refusal(startEmbeddedPostgres(own))).to.equal(`${own}/run is not a folder`)
    if (process.getuid?.() !== 0) return
    await rm(path.join(own, 'run'))
    await mkdir(path.join(own, 'run'))
    for (const [place, remedy] of [
      ['pg', ' than the folder that it is in: larder doctor says how to mend it'],
      ['run', ' than the folder that it is in: larder doctor says how to mend it'],
      ['.', ': run Larder as that user'],
    ] as const) {
      const taken = path.join(own, place)
      await chown(taken, 4242, 4242)
      expect(await refusal(startEmbeddedPostgres(own))).to.equal(
        `${taken} belongs to another user (uid 4242)${remedy}`,
      )
      if (place === 'pg') await chown(taken, 0, 0)
    }
  })

  it('[V26] is known to run, or not, across pid namespaces', async () => {
    const child = await holder(dir, otherNamespace)
    const here = await start()
    expect(here.isRunning()).to.equal(true)
    await kill(child) // and the whole namespace, with the server in it
    await serverGone(dir)
    expect(here.isRunning()).to.equal(false)
    await here.stop()
    const again = await start()
    expect(await ask(again, 'select word from kept')).to.deep.equal([{ word: 'pantry' }])
    await again.stop()
    await serverGone(dir)
  })

  it('says what is wrong, in one line', async () => {
    const old = path.join(base, 'old')
    await mkdir(path.join(old, 'pg'), { recursive: true })
    await writeFile(path.join(old, 'pg', 'PG_VERSION'), '16\n')
    expect(await refusal(startEmbeddedPostgres(old))).to.match(
      /pg was written by PostgreSQL 16, and this is \d+: .*DATABASE_URL$/,
    )
    expect(await refusal(startEmbeddedPostgres(dir, { settings: { shared_buffers: 'much' } }))).to.match(
      /^PostgreSQL does not start: .*shared_buffers.* \(see .*postgres\.log\)$/,
    )
    expect(await refusal(findPostgresBinaries('linux', 'vax'))).to.match(
      /linux-vax is missing: .*DATABASE_URL$/,
    )
    expect(await refusal(findPostgresBinaries('darwin', 'arm64'))).to.match(/darwin .*DATABASE_URL$/)
    await serverGone(dir)
  })
})

const ask = async ({ connection }: EmbeddedPostgres, sql: string): Promise<ReadonlyArray<unknown>> => {
  const client = new Client(connection)
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}

type Holder = {
  readonly process: ChildProcessByStdio<Writable, Readable, null>
  readonly postmasterPid: number
}

/** Another process that has the server below `dir`. */
const holder = async (dir: string, wrap: ReadonlyArray<string> = []): Promise<Holder> => {
  const script = fileURLToPath(new URL('../../support/hold-postgres.ts', import.meta.url))
  const [command = '', ...words] = [...wrap, process.execPath, '--import', 'tsx', script, dir]
  const child = spawn(command, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  return { process: child, postmasterPid: Number(line) }
}

const kill = async ({ process: child }: Holder): Promise<void> => {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const refusal = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'it worked',
    (reason: Error) => reason.message,
  )
