import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { createKnexContentFileRepository } from '../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { type Command, CommandError, createCommandPrinter } from '../../src/cli/command.ts'
import type { Schemas } from '../../src/cli/library-access.ts'
import { listCommand } from '../../src/cli/list-command.ts'
import { mediaDetailLines } from '../../src/cli/media-lines.ts'
import { setCommand } from '../../src/cli/set-command.ts'
import { showCommand } from '../../src/cli/show-command.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { withNewLibrary } from '../../src/composition/with-services.ts'
import type { Config } from '../../src/config/settings.ts'
import { E } from '../../src/fp.ts'
import { aNewContentFile, aNewFileJob, aNewImageExport, aNewImageFile } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { connectionUrl, withDatabase } from '../support/postgres.ts'

describe('the commands list, show and set', () => {
  const database = withDatabase()
  let folder: string
  let config: Config

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-media-'))
    const loaded = loadSettings({ DATA_DIR: folder, DATABASE_URL: connectionUrl(database.connection()) })
    if (E.isLeft(loaded)) throw new Error(loaded.left.join())
    config = loaded.right
    await withNewLibrary(config, async () => undefined)
  })
  after(() => rm(folder, { recursive: true }))
  beforeEach(database.empty)

  const run = async (command: Command, args: ReadonlyArray<string>, isJson = false) => {
    const lines: string[] = []
    const out = createCommandPrinter((line) => lines.push(line), isJson)
    const code = await command.run({ config, args, ...out })
    expect(code).to.equal(0)
    return lines
  }
  const json = async (command: Command, ...args: ReadonlyArray<string>) =>
    (await run(command, args, true)).map((line) => JSON.parse(line) as Record<string, unknown>)
  const failureOf = (command: Command, ...args: ReadonlyArray<string>): Promise<CommandError> =>
    (async () => run(command, args))().then(
      (lines) => expect.fail(`it prints ${lines}`),
      (error: unknown) => (error instanceof CommandError ? error : Promise.reject(error)),
    )

  const hostile = 'a\u001b[31m\n\u202eb.jpg'

  const seed = async () => {
    const images = createKnexImageFileRepository(database.knex())
    const image = aNewImageFile({ name: hostile, width: 20, height: 10 })
    await right(images.add(image, aNewFileJob()))
    await right(images.addExports(image.uid, [aNewImageExport()], null))
    const film = aNewContentFile()
    await right(createKnexContentFileRepository(database.knex()).add(film, aNewFileJob()))
    return { image: image.uid, film: film.uid }
  }

  it('list a file by its name if its title is empty', async () => {
    const { film } = await seed()
    await database.knex()('content_files').where({ uid: film }).update({ title: '' })
    const [line] = await run(listCommand, [film])
    const [item] = await json(listCommand, film)
    expect(item?.title).to.equal('')
    expect(line?.endsWith(`  ${item?.file_name}`), line).to.equal(true)
  })

  it('list files, with filters, and no control character', async () => {
    const { image, film } = await seed()
    expect(await run(listCommand, [])).to.deep.equal([
      `${film}  waiting  bunny.mp4`,
      `${image}  ready  a\\x1b[31m\\x0a\\u202eb.jpg`,
    ])
    const listed = async (...args: ReadonlyArray<string>) =>
      (await json(listCommand, ...args)).map(({ uid }) => uid)
    expect(await listed('BUNNY')).to.deep.equal([film])
    expect(await listed(image)).to.deep.equal([image])
    expect(await listed('--kind', 'image', '--state', 'ready', '--private')).to.deep.equal([image])
    expect(await listed('--public')).to.deep.equal([])
    expect(await listed('--outdated')).to.deep.equal([])
    expect(await listed('--limit', '1')).to.deep.equal([film])
    const [item] = await run(listCommand, [image], true)
    expect(item).to.not.match(/\p{Cc}/u)
    expect(JSON.parse(item ?? '')).to.include({ file_name: hostile, public: false })
    for (const args of [
      ['ab'],
      ['--kind', 'sound'],
      ['--state', 'lost'],
      ['--limit', '0'],
      ['--public', '--private'],
      ['a', 'b'],
    ])
      expect((await failureOf(listCommand, ...args)).exitCode, args.join()).to.equal(2)
  })

  it('change a file, and show it', async () => {
    const { image } = await seed()
    const title = 'the \u001b[2J beach'
    const metadata = '{"album":7}'
    const lines = await run(setCommand, [
      image,
      '--title',
      title,
      '--alt',
      'x',
      '--public',
      '--metadata',
      metadata,
    ])
    expect(lines).to.include.members([
      `uid       ${image}`,
      'title     the \\x1b[2J beach',
      'alt       x',
      'public    yes',
      `metadata  ${metadata}`,
      'size      20×10',
    ])
    expect(await run(showCommand, [image])).to.deep.equal(lines)
    const [shown] = await json(showCommand, image)
    const added = lines.find((line) => line.startsWith('added '))
    expect(added).to.match(/^added +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    const detail = await json(showCommand, image).then(([file]) => file as unknown as Schemas['Media'])
    for (const [duration_seconds, text] of [
      [634.533333, '635'],
      [0.4, '0.4'],
    ] as const)
      expect(mediaDetailLines({ ...detail, duration_seconds }).join('\n')).to.match(
        new RegExp(`^seconds +${text}$`, 'm'),
      )
    const job = { ...detail.job, error: 'it is a ZIP archive' } as NonNullable<Schemas['Media']['job']>
    expect(mediaDetailLines({ ...detail, state: 'failed', job }).join('\n')).to.match(
      /^reason +it is a ZIP archive$/m,
    )
    expect(shown).to.deep.include({ uid: image, title, alt: 'x', metadata: { album: 7 }, public: true })
    await run(setCommand, [image, '--title', '', '--alt=', '--private', '--metadata', '{}'])
    const [cleared] = await json(showCommand, image)
    expect(cleared).to.deep.include({ title: null, alt: null, metadata: {}, public: false })
  })

  it('say what is wrong with their arguments, and change nothing', async () => {
    const { image } = await seed()
    for (const [args, message] of [
      [[image], /^usage: larder set /],
      [[image, '--public', '--private'], /^usage: /],
      [[image, '--title', 'x'.repeat(501)], /^--title should be a text of at most 500 characters/],
      [[image, '--metadata', '{'], /^--metadata should be JSON$/],
      [[image, '--metadata', '[]'], /^--metadata should be an object/],
    ] as const) {
      const failure = await failureOf(setCommand, ...args)
      expect(failure.message).to.match(message)
      expect(failure.exitCode).to.equal(2)
    }
    for (const [command, args] of [
      [showCommand, ['if_unknown']],
      [setCommand, ['if_unknown', '--title', 'x']],
    ] as const)
      expect((await failureOf(command, ...args)).message).to.equal('there is no file with the uid if_unknown')
    expect((await json(showCommand, image))[0]).to.include({ title: null })
  })
})
