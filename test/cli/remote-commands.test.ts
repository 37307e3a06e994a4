import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { addCommand } from '../../src/cli/add-command.ts'
import { addSources } from '../../src/cli/add-sources.ts'
import { addToServer } from '../../src/cli/add-to-server.ts'
import { type Command, CommandError, createCommandPrinter } from '../../src/cli/command.ts'
import { instancesCommand } from '../../src/cli/instances-command.ts'
import { jobsCommand } from '../../src/cli/jobs-command.ts'
import { listCommand } from '../../src/cli/list-command.ts'
import { purgeCommand } from '../../src/cli/purge-command.ts'
import { restoreCommand } from '../../src/cli/restore-command.ts'
import { revokeCommand } from '../../src/cli/revoke-command.ts'
import { rmCommand } from '../../src/cli/rm-command.ts'
import { extractServerOption, readServerToken } from '../../src/cli/server-option.ts'
import { setCommand } from '../../src/cli/set-command.ts'
import { showCommand } from '../../src/cli/show-command.ts'
import type { Larder } from '../../src/composition/larder.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import type { Config } from '../../src/config/settings.ts'
import { E } from '../../src/fp.ts'
import { aNewContentFile, aNewFileJob } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'

const failureOf = (work: () => unknown): Promise<CommandError> =>
  (async () => work())().then(
    (result) => expect.fail(`it succeeds: ${JSON.stringify(result)}`),
    (error: unknown) => (error instanceof CommandError ? error : Promise.reject(error)),
  )

describe('the commands with --server', () => {
  let folder: string
  let config: Config
  let larder: Larder
  let server: TestServer
  let image: SeededImage
  let tokenFile: string

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-remote-'))
    const loaded = loadSettings({ DATA_DIR: path.join(folder, 'none') })
    if (E.isLeft(loaded)) throw new Error(loaded.left.join())
    config = loaded.right
    larder = await createMemoryLarder()
    server = await listen(larder)
    await right(larder.admins.setAdmin('ann', true))
    tokenFile = path.join(folder, 'token')
    await writeFile(tokenFile, `${await right(larder.admins.mintIdToken('ann'))}\n`)
    image = await seedImage(larder)
  })
  after(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  const run = async (command: Command, args: ReadonlyArray<string>, isJson = false) => {
    const lines: string[] = []
    const out = createCommandPrinter((line) => lines.push(line), isJson)
    const all = [...args, '--server', server.base, `--token-file=${tokenFile}`]
    expect(command.needsLibrary({ config, args: all })).to.equal(false)
    const code = await command.run({ config, args: all, ...out })
    return { code, lines }
  }
  const json = async (command: Command, ...args: ReadonlyArray<string>) => {
    const { lines } = await run(command, args, true)
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  it('list, show and change files of the server', async () => {
    const listed = await run(listCommand, ['--kind', 'image', '--private'])
    expect(listed).to.deep.equal({ code: 0, lines: [`${image.uid}  ready  dandelion.jpg`] })
    expect((await run(listCommand, ['--public'])).lines).to.deep.equal([])
    const changed = await json(setCommand, image.uid, '--title', 'a beach', '--public')
    expect(changed).to.have.length(1)
    expect(changed[0]).to.include({ uid: image.uid, title: 'a beach', public: true })
    expect(await json(showCommand, image.uid)).to.deep.equal(changed)
    expect((await run(showCommand, [image.uid])).lines).to.include('title   a beach')
    const failure = await failureOf(() => run(showCommand, ['if_none']))
    expect(failure.message).to.equal('there is no file with the uid if_none')
  })

  it('list all pages, up to the limit', async () => {
    const many = Array.from({ length: 203 }, (_, index) => aNewContentFile({ name: `page ${index}` }))
    for (const file of many) await right(larder.contentFiles.add(file, aNewFileJob()))
    expect(await json(listCommand, 'page')).to.have.length(203)
    expect(await json(listCommand, 'page', '--limit', '201')).to.have.length(201)
    const jobs = await json(jobsCommand, '--state', 'waiting')
    expect(jobs.length).to.be.greaterThan(203)
    const [job] = jobs
    const cancelled = await json(jobsCommand, 'cancel', String(job?.uid))
    expect(cancelled[0]).to.include({ uid: job?.uid, state: 'cancelled' })
    expect((await run(jobsCommand, ['retry', String(job?.uid)])).lines[0]).to.match(/ {2}waiting {2}exports/)
    const failure = await failureOf(() => run(jobsCommand, ['retry', String(job?.uid)]))
    expect(failure.message).to.match(/^only a failed or cancelled job/)
  })

  it('delete, restore, revoke and purge, with receipts', async () => {
    const removed = await run(rmCommand, [image.uid, 'if_none'], true)
    expect(removed.code).to.equal(1)
    const [deleted, missing, receipts] = removed.lines.map((line) => JSON.parse(line))
    expect(deleted).to.have.all.keys('uid', 'deleted_at', 'purge_after')
    expect(missing).to.deep.equal({ uid: 'if_none', error: 'there is no file with the uid if_none' })
    expect(receipts.purge).to.match(/^pu_/)
    expect(receipts.instances).to.deep.equal([])
    expect((await json(listCommand, '--deleted')).map(({ uid }) => uid)).to.deep.equal([image.uid])
    const [restored, itsReceipts] = await json(restoreCommand, image.uid)
    expect(restored).to.deep.equal({ uid: image.uid, restored: true })
    expect(itsReceipts).to.have.all.keys('purge', 'instances')
    const [revoked] = await json(revokeCommand, image.uid)
    expect(revoked).to.include({ uid: image.uid })
    expect(revoked).to.have.all.keys('uid', 'not_before', 'instances')
    expect((await json(revokeCommand, 'some-jti'))[0]).to.include({ jti: 'some-jti' })
    const purged = await run(purgeCommand, [image.uid])
    expect(purged.code).to.equal(0)
    expect(purged.lines[0]).to.match(/^pu_\S+: purged if_/)
    expect(await json(instancesCommand)).to.deep.equal([{ items: [] }])
    const erased = await json(rmCommand, image.uid, '--now', '--purge')
    expect(erased[0]).to.include({ uid: image.uid, erased: true })
    const gone = `${image.uid} is erased: nothing is left of it`
    expect((await failureOf(() => run(showCommand, [image.uid]))).message).to.equal(gone)
    expect((await run(rmCommand, [image.uid], true)).lines.join()).to.equal(
      JSON.stringify({ uid: image.uid, error: gone }),
    )
  })

  it('add files, and standard input, and go on with the others after one that fails', async () => {
    const file = path.join(folder, 'beach.png')
    await copyFile('docs/watch.png', file)
    const token = (await readFile(tokenFile, 'utf8')).trim()
    const places = { env: { LARDER_TOKEN: token, HOME: folder }, stdin: Readable.from([Buffer.from('x1')]) }
    const lines: string[] = []
    const out = createCommandPrinter((line) => lines.push(line), true)
    const code = await addToServer(
      { url: new URL(server.base), tokenFile: null },
      addSources([path.join(folder, 'none.png'), file, '-'], 'clip.mp4'),
      { isPublic: true, isOnlyQueued: true, signal: new AbortController().signal },
      out,
      places,
    )
    expect(code).to.equal(1)
    const [missing, added, input] = lines.map((line) => JSON.parse(line))
    expect(missing).to.have.all.keys('file', 'error')
    expect(added).to.deep.include({ kind: 'image', file, state: 'queued' })
    expect(input).to.deep.include({ kind: 'content', file: 'clip.mp4' })
    const [shown] = await json(showCommand, added.uid)
    expect(shown).to.include({ file_name: 'beach.png', public: true })
    expect(await readFile(path.join(folder, '.larder-uploads.json'), 'utf8')).to.equal('{}')
  })

  it('read no file from the standard input that brings the token', async () => {
    const messageFor: Record<string, string> = {
      null: 'standard input is the file here, so the token needs LARDER_TOKEN, or --token-file FILE',
      '-': '--token-file - and the file - are both standard input: set LARDER_TOKEN, or use --token-file FILE',
    }
    for (const file of [null, '-']) {
      const { message } = await failureOf(() =>
        addToServer(
          { url: new URL(server.base), tokenFile: file },
          addSources(['-'], null),
          { isPublic: false, isOnlyQueued: true, signal: new AbortController().signal },
          createCommandPrinter(() => undefined, true),
          { env: {}, stdin: Readable.from([Buffer.from('a.b.c\n')]) },
        ),
      )
      expect(message).to.equal(messageFor[String(file)])
    }
  })

  it('skip files of a folder that are no media, and send the title', async () => {
    const album = await mkdtemp(path.join(folder, 'album-'))
    // Bytes behind its end make it another picture.
    await writeFile(
      path.join(album, 'a.png'),
      Buffer.concat([await readFile('docs/watch.png'), Buffer.from('1')]),
    )
    await writeFile(path.join(album, 'notes.txt'), 'bread, milk and half a pound of butter')
    await writeFile(path.join(album, 'sketch.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    await writeFile(path.join(album, 'zeros.raw'), Buffer.alloc(5000))
    const before = (await json(listCommand)).length
    const printed = await json(addCommand, album, '--no-wait', '--title', 'a summer')
    const reasons = printed.map(({ file, error }) => [path.basename(String(file)), error])
    expect(reasons[0]).to.deep.equal(['a.png', undefined])
    for (const [index, reason] of [/it is text/, /SVG/, /zeros/].entries())
      expect(reasons[index + 1]?.[1])
        .to.match(/^skipped: /)
        .and.match(reason)
    expect(reasons).to.have.length(4)
    const [shown] = await json(showCommand, String(printed[0]?.uid))
    expect(shown).to.include({ title: 'a summer' })
    expect((await json(listCommand)).length - before).to.equal(1)
  })

  it('say why a server cannot be used, and never show the token', async () => {
    const wrong = path.join(folder, 'wrong')
    await writeFile(wrong, 'eyJh.eyJz.c2ln')
    const out = createCommandPrinter(() => undefined, false)
    const refused = await failureOf(() =>
      listCommand.run({ config, args: ['--server', server.base, '--token-file', wrong], ...out }),
    )
    expect(refused.message).to.equal(`${server.base} refuses the token: the token does not permit this`)
    const away = await failureOf(() =>
      listCommand.run({
        config,
        args: ['--server', 'http://127.0.0.1:9', '--token-file', tokenFile],
        ...out,
      }),
    )
    expect(away.message).to.match(/^http:\/\/127\.0\.0\.1:9 does not answer: /)
    await writeFile(wrong, 'not a token')
    const none = await failureOf(() =>
      listCommand.run({ config, args: ['--server', server.base, '--token-file', wrong], ...out }),
    )
    expect(none.message).to.match(/has no id token/)
    expect(none.message).to.not.include('not a token')
  })
})

describe('the option --server', () => {
  const urlOf = (url: string) => extractServerOption(['--server', url]).server?.url.href

  it('is https, or this machine', () => {
    for (const url of ['https://media.example.com/x/', 'http://localhost:8080/', 'http://[::1]:1/'])
      expect(urlOf(url)).to.equal(url)
    expect(urlOf('http://2130706433')).to.equal('http://127.0.0.1/')
    for (const url of [
      'http://media.example.com',
      'http://127.0.0.1.example.com',
      'http://localhost.example.com',
      'http://0.0.0.0',
      'http://[::ffff:10.0.0.1]',
      'ftp://localhost',
      'media.example.com',
      'https://ann:secret@media.example.com',
      'https://media.example.com?jwt=x',
      'https://media.example.com#x',
    ])
      expect(() => urlOf(url), url).to.throw(CommandError)
  })

  it('is taken out of the arguments, except after --', () => {
    expect(extractServerOption(['a', '--', '--server', 'b'])).to.deep.equal({
      server: null,
      args: ['a', '--', '--server', 'b'],
    })
    expect(extractServerOption(['a', '--server=https://x', '-b']).args).to.deep.equal(['a', '-b'])
    for (const args of [
      ['--server'],
      ['--server', 'https://x', '--server', 'https://y'],
      ['--token-file', 'x'],
    ])
      expect(() => extractServerOption(args), args.join(' ')).to.throw(CommandError)
  })

  it('takes the token from a file, the environment or standard input', async () => {
    const url = new URL('https://x')
    const stdin = (text: string, isTTY = false) => Object.assign(Readable.from([text]), { isTTY })
    const read = (tokenFile: string | null, env: Record<string, string>, input: ReturnType<typeof stdin>) =>
      readServerToken({ url, tokenFile }, { env, stdin: input })
    const env = { LARDER_TOKEN: 'a.b.c' }
    expect(await read(null, env, stdin('d.e.f\n'))).to.equal('a.b.c')
    expect(await read('-', env, stdin('d.e.f\nmore'))).to.equal('d.e.f')
    expect(await read(null, {}, stdin('\nd.e.f'))).to.equal('d.e.f')
    for (const given of [
      () => read(null, {}, stdin('', true)),
      () => read(null, {}, stdin('')),
      () => read(null, { LARDER_TOKEN: 'a b' }, stdin('')),
      () => read('-', {}, stdin('x'.repeat(9000))),
      () => read('docs', {}, stdin('')),
    ])
      expect((await failureOf(given)).exitCode).to.equal(2)
  })
})
