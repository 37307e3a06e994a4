import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { type Command, CommandError, createCommandPrinter } from '../../src/cli/command.ts'
import { listCommand } from '../../src/cli/list-command.ts'
import { refusedCommand } from '../../src/cli/refused-command.ts'
import { restoreCommand } from '../../src/cli/restore-command.ts'
import { revokeCommand } from '../../src/cli/revoke-command.ts'
import { rmCommand } from '../../src/cli/rm-command.ts'
import { showCommand } from '../../src/cli/show-command.ts'
import { tokenCommand } from '../../src/cli/token-command.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { withNewLibrary, withServices } from '../../src/composition/with-services.ts'
import type { Config } from '../../src/config/settings.ts'
import { notFound, refused } from '../../src/domain/shared/errors.ts'
import { E } from '../../src/fp.ts'
import { explainErrorOf } from '../../src/terminal/explain-error.ts'
import { right } from '../support/expect-right.ts'
import { type SeededFilm, type SeededImage, seedFilm, seedImage } from '../support/library.ts'
import { filesWith } from '../support/library-instance.ts'
import { connectionUrl, withDatabase } from '../support/postgres.ts'
import { runLarder } from '../support/run-larder.ts'

describe('the commands rm and restore', () => {
  const database = withDatabase()
  let folder: string
  let config: Config
  let env: { readonly DATA_DIR: string; readonly DATABASE_URL: string }
  let image: SeededImage
  let film: SeededFilm

  beforeEach(async () => {
    await database.empty()
    folder = await mkdtemp(path.join(tmpdir(), 'larder-trash-'))
    env = { DATA_DIR: folder, DATABASE_URL: connectionUrl(database.connection()) }
    const loaded = loadSettings(env)
    if (E.isLeft(loaded)) throw new Error(loaded.left.join())
    config = loaded.right
    await withNewLibrary(config, async (larder) => {
      image = await seedImage(larder)
      film = await seedFilm(larder)
    })
  })
  afterEach(() => rm(folder, { recursive: true }))

  const run = async (command: Command, args: ReadonlyArray<string>, isJson = true) => {
    const lines: string[] = []
    const out = createCommandPrinter((line) => lines.push(line), isJson)
    const code = await command.run({ config, args, ...out })
    return {
      code,
      lines,
      json: isJson ? lines.map((line) => JSON.parse(line) as Record<string, unknown>) : [],
    }
  }
  const listed = async (...args: ReadonlyArray<string>) =>
    (await run(listCommand, args)).json.map(({ uid }) => uid)

  it('put files into the trash, and take them out again', async () => {
    const removed = await run(rmCommand, [image.uid, film.uid])
    expect(removed.code).to.equal(0)
    expect(removed.json.map(({ uid }) => uid)).to.deep.equal([image.uid, film.uid, undefined])
    expect(removed.json[0]).to.have.all.keys('uid', 'deleted_at', 'purge_after')
    expect(removed.json[2]).to.have.all.keys('purge', 'instances')
    expect(removed.json[2]?.purge).to.match(/^pu_/)
    expect(removed.json[2]?.instances).to.deep.equal([])
    expect(await listed()).to.deep.equal([])
    expect(await listed('--deleted')).to.have.members([image.uid, film.uid])
    const { lines } = await run(showCommand, [film.uid], false)
    expect(lines.join('\n')).to.match(/deleted .*\n.*purged after /)
    const refused = await run(tokenCommand, [film.uid]).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(CommandError)
    expect(String(refused)).to.include('is in the trash: restore it first')
    const restored = await run(restoreCommand, [image.uid, film.uid])
    expect([restored.code, restored.json[0]]).to.deep.equal([0, { uid: image.uid, restored: true }])
    expect(await listed()).to.have.length(2)
    expect((await run(restoreCommand, [image.uid])).json[0]).to.deep.equal({
      uid: image.uid,
      error: `${image.uid} is not in the trash`,
    })
  })

  it('go on after a file that does not exist, and say so with the exit code', async () => {
    const { code, json } = await run(rmCommand, ['if_unknown', film.uid])
    expect([code, json[0]?.error]).to.deep.equal([1, 'there is no file with the uid if_unknown'])
    expect(await listed('--deleted')).to.deep.equal([film.uid])
    expect((await run(rmCommand, ['if_unknown'])).json).to.have.length(1)
  })

  it('take down and erase', async () => {
    const taken = await run(rmCommand, [film.uid, '--now'], false)
    expect(taken.lines[0]).to.match(/taken down; can be restored until 20[\d-]+T[\d:]+Z$/)
    expect((await run(showCommand, [film.uid])).json[0]).to.include({ taken_down: true })
    expect((await run(revokeCommand, [film.uid])).json[0]).to.include({ uid: film.uid })
    expect(await filesWith(folder, 'first part')).to.have.length(1)
    const erased = await run(rmCommand, [film.uid, '--now', '--purge'])
    expect([erased.code, erased.json[0]?.erased]).to.deep.equal([0, true])
    expect(await filesWith(folder, 'first part')).to.deep.equal([])
    const again = await run(restoreCommand, [film.uid])
    expect([again.code, again.json[0]?.error]).to.deep.equal([
      1,
      `${film.uid} is erased: nothing is left of it`,
    ])
  })

  it('erase the rows alone in front of a store that is not this database’s, say why, and exit with 1', async () => {
    const history = path.join(folder, 'objects', '%2Ehistory')
    const [uid] = await withServices(config, async ({ storedFiles }) => [await right(storedFiles.libraryUid)])
    await writeFile(history, `${uid} 00000000-0000-4000-8000-000000000000`)
    const erased = await run(rmCommand, [film.uid, '--now', '--purge'])
    expect([erased.code, erased.json[0]?.erased, erased.json[0]?.refused]).to.deep.equal([
      1,
      false,
      'displaced',
    ])
    expect(await filesWith(folder, 'first part')).to.have.length(1)
    expect(await listed('--deleted')).to.deep.equal([])
    const left = await run(showCommand, [film.uid]).catch((error: unknown) => error)
    expect(String(left)).to.match(/is erased, but \d+ objects of it are still to be deleted from the store/)
    const told = await run(rmCommand, [image.uid, '--now', '--purge'], false)
    expect(told.code).to.equal(1)
    expect(told.lines[0]).to.include('its objects are left: another copy of this database has swept')
  })

  it('list the bytes that were taken down, and accept them again', async () => {
    const shown = (await run(showCommand, [film.uid])).json[0] as { original: { sha512: string } }
    const { sha512 } = shown.original
    await run(rmCommand, [film.uid, '--now'])
    const [refused] = (await run(refusedCommand, [])).json
    expect(refused).to.include({ uid: film.uid, sha512 })
    const messageOf = async (bytes: string) =>
      String(await run(refusedCommand, ['--accept', bytes]).catch((error: unknown) => error))
    expect(await messageOf(sha512)).to.include('in the trash')
    await run(rmCommand, [film.uid, '--now', '--purge'])
    expect((await run(refusedCommand, ['--accept', sha512.toUpperCase()])).json).to.deep.equal([
      { sha512, accepted: true },
    ])
    expect((await run(refusedCommand, [])).json).to.deep.equal([])
    const other = (await run(showCommand, [image.uid])).json[0] as typeof shown
    await run(rmCommand, [image.uid, '--now', '--purge'])
    expect(await runLarder(['refused', '--accept', other.original.sha512], env)).to.deep.equal({
      ...{ code: 0, out: ['these bytes are accepted again'], err: [] },
    })
    const revoked = await runLarder(['revoke', image.uid], env)
    expect([revoked.code, revoked.err]).to.deep.equal([
      0,
      [
        `larder: there is no file ${image.uid} in the library or its trash; tokens that name it are revoked nevertheless`,
      ],
    ])
    expect(await messageOf(sha512)).to.include('these bytes are not refused')
  })

  it('name a file that does not exist once', () => {
    expect(explainErrorOf('nope', notFound('file', 'nope'))).to.equal('there is no file with the uid nope')
    expect(explainErrorOf('a.jpg', refused('no picture'))).to.equal('a.jpg: no picture')
  })

  it('refuse wrong usage', async () => {
    for (const [command, args] of [
      [rmCommand, []],
      [rmCommand, [film.uid, '--purge']],
      [restoreCommand, []],
      [restoreCommand, ['--all']],
      [refusedCommand, ['x']],
      [refusedCommand, ['--accept', 'x']],
    ] as const) {
      const error = await (async () => run(command, args))().catch((thrown: unknown) => thrown)
      expect(error).to.be.instanceOf(CommandError)
      expect((error as CommandError).exitCode).to.equal(2)
    }
    expect(await listed()).to.have.length(2)
  })
})
