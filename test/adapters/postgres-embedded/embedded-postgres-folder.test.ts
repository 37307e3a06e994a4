import { chmod, chown, lstat, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { startEmbeddedPostgres } from '../../../src/adapters/postgres-embedded/embedded-postgres.ts'
import { queryServer, startError } from '../../support/embedded-postgres.ts'
import { nonDurablePostgresSettings } from '../../support/non-durable-postgres.ts'
import { waitForServerExit } from '../../support/wait-for-server-exit.ts'

describe('the folder of embedded PostgreSQL', () => {
  let base: string

  before(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'larder-embedded-'))
  })
  after(() => rm(base, { recursive: true }))

  it('can have a long path with a space, a comma and a quote', async () => {
    const odd = path.join(base, `it's a long, odd path/${'x'.repeat(100)}`)
    const server = await startEmbeddedPostgres(odd, { settings: nonDurablePostgresSettings })
    expect(await queryServer(server, 'select 1 as one')).to.deep.equal([{ one: 1 }])
    await server.stop()
    await waitForServerExit(odd)
  })

  it('[V2] contains the socket, under any name, accessible only to its own user', async () => {
    for (const name of ['plain', 'with a space', `a 'quote', and ${'x'.repeat(100)}`]) {
      const own = path.join(base, name)
      const before = await readdir(tmpdir())
      const server = await startEmbeddedPostgres(own, { settings: nonDurablePostgresSettings })
      expect(await queryServer(server, 'select 1 as one')).to.deep.equal([{ one: 1 }])
      const sockets = path.join(own, 'run')
      expect(await readdir(sockets)).to.include('.s.PGSQL.5432')
      expect((await lstat(sockets)).mode & 0o777).to.equal(0o700)
      expect((await lstat(path.join(sockets, '.s.PGSQL.5432'))).mode & 0o777).to.equal(0o700)
      const added = (await readdir(tmpdir())).filter((entry) => !before.includes(entry))
      expect(added.filter((entry) => entry.startsWith('pg-'))).to.deep.equal([])
      await server.stop()
      await waitForServerExit(own)
    }
  })

  it('[V2] is refused if it belongs to another user, and made inaccessible to other users', async () => {
    const own = path.join(base, 'shared')
    await mkdir(path.join(own, 'run'), { recursive: true })
    await chmod(path.join(own, 'run'), 0o777)
    await chmod(own, 0o777)
    const server = await startEmbeddedPostgres(own, { settings: nonDurablePostgresSettings })
    expect((await lstat(own)).mode & 0o022).to.equal(0)
    expect((await lstat(path.join(own, 'run'))).mode & 0o777).to.equal(0o700)
    await server.stop()
    await waitForServerExit(own)

    await rm(path.join(own, 'run'), { recursive: true })
    await symlink(tmpdir(), path.join(own, 'run'))
    expect(await startError(startEmbeddedPostgres(own))).to.equal(`${own}/run is not a folder`)
    if (process.getuid?.() !== 0) return
    await rm(path.join(own, 'run'))
    await mkdir(path.join(own, 'run'))
    for (const [name, remedy] of [
      ['pg', ' than the folder that it is in: larder doctor says how to correct it'],
      ['run', ' than the folder that it is in: larder doctor says how to correct it'],
      ['.', ': run Larder as that user'],
    ] as const) {
      const taken = path.join(own, name)
      await chown(taken, 4242, 4242)
      expect(await startError(startEmbeddedPostgres(own))).to.equal(
        `${taken} belongs to another user (uid 4242)${remedy}`,
      )
      if (name === 'pg') await chown(taken, 0, 0)
    }
  })
})
