import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { type Command, CommandError, createCommandPrinter } from '../../src/cli/command.ts'
import { webhooksCommand } from '../../src/cli/webhooks-command.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { withNewLibrary } from '../../src/composition/with-services.ts'
import type { Config } from '../../src/config/settings.ts'
import { E } from '../../src/fp.ts'
import { aNewFileJob, aNewImageFile } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { connectionUrl, withDatabase } from '../support/postgres.ts'
import { pollUntilTrue } from '../support/processes.ts'
import { runLarder, type ServingLarder, serveLarder } from '../support/run-larder.ts'
import { type Receiver, startReceiver, verifiedBody } from '../support/webhook-receiver.ts'

describe('larder webhooks', () => {
  const database = withDatabase()
  let receiver: Receiver
  let env: { readonly DATA_DIR: string; readonly DATABASE_URL: string; readonly JOBS: string }
  let config: Config
  let server: ServingLarder
  let remote: ReadonlyArray<string>

  before(async () => {
    receiver = await startReceiver({ '/broken': (res) => res.writeHead(500).end('no\u001b[31m') })
    const folder = await mkdtemp(path.join(tmpdir(), 'larder-webhooks-'))
    env = { DATA_DIR: folder, DATABASE_URL: connectionUrl(database.connection()), JOBS: '0' }
    const loaded = loadSettings(env)
    if (E.isLeft(loaded)) throw new Error(loaded.left.join())
    config = loaded.right
    await withNewLibrary(config, async () => undefined)
    server = await serveLarder({ ...env, OUTBOUND_ALLOW: '127.0.0.1' })
    await runLarder(['admin', 'grant', 'ann'], env)
    const { out } = await runLarder(['admin', 'token', 'ann'], env)
    const tokenFile = path.join(folder, 'token')
    await writeFile(tokenFile, out.join())
    remote = ['--server', server.base, '--token-file', tokenFile]
  })
  after(async () => {
    expect(await server.end('SIGTERM')).to.equal(0)
    expect([...server.out, ...server.err].join()).not.to.include(receiver.base)
    await receiver.close()
    await rm(env.DATA_DIR, { recursive: true })
  })

  const runAt = async (args: ReadonlyArray<string>, isJson = false, command: Command = webhooksCommand) => {
    const lines: string[] = []
    const out = createCommandPrinter((line) => lines.push(line), isJson)
    return { code: await command.run({ config, args, ...out }), lines }
  }
  const jsonAt = async (...args: ReadonlyArray<string>) =>
    (await runAt(args, true)).lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const failureOf = (...args: ReadonlyArray<string>): Promise<CommandError> =>
    (async () => runAt(args))().then(
      ({ lines }) => expect.fail(`it prints ${lines}`),
      (error: unknown) => (error instanceof CommandError ? error : Promise.reject(error)),
    )

  const worksAt = async (hook: string, at: ReadonlyArray<string>) => {
    const run = (args: ReadonlyArray<string>) => runAt([...args, ...at])
    const json = (...args: ReadonlyArray<string>) => jsonAt(...args, ...at)
    const [added] = await json('add', `${receiver.base}${hook}`, '--events', 'media.created,media.deleted')
    const { uid, secret } = added as { readonly uid: string; readonly secret: string }
    const [broken] = await json('add', `${receiver.base}/broken`, '--events', 'media.purged')
    const listed = await run([])
    expect(listed.lines).to.deep.equal([
      `${uid}  on  ${receiver.base}${hook}  media.created,media.deleted`,
      `${broken?.uid}  on  ${receiver.base}/broken  media.purged`,
    ])

    const tested = await run(['test', uid])
    expect(tested.code).to.equal(0)
    expect(tested.lines.join()).to.match(/^\d+ {2}delivered {2}webhook\.test {2}1 try {2}204$/)
    const failed = await run(['test', String(broken?.uid)])
    expect(failed.code).to.equal(1)
    expect(failed.lines.join()).to.match(/failed {2}webhook\.test .*the status of the answer was 500$/)

    const file = aNewImageFile()
    await right(createKnexImageFileRepository(database.knex()).add(file, aNewFileJob()))
    await pollUntilTrue(async () => receiver.at(hook).length === 2)
    const [test, created] = receiver.at(hook).map((message) => verifiedBody(secret, message))
    expect(test).to.deep.include({ type: 'webhook.test', data: { uid } })
    expect(created?.type).to.equal('media.created')
    expect(created?.data).to.deep.equal({
      ...{ uid: file.uid, kind: 'image', title: null, public: file.isPublic, metadata: {}, state: 'waiting' },
    })
    await pollUntilTrue(async () =>
      (await json('deliveries', uid)).every(({ state }) => state === 'delivered'),
    )
    const deliveries = await json('deliveries', uid)
    expect(deliveries.map(({ type }) => type)).to.deep.equal(['media.created', 'webhook.test'])
    await run(['retry', uid, String(deliveries[0]?.id)])
    await pollUntilTrue(async () => receiver.at(hook).length === 3)
    const [, first, second] = receiver.at(hook).map(({ headers }) => headers['webhook-id'])
    expect(second).to.equal(first)

    const [rotated] = await json('rotate', uid)
    expect(rotated?.secret)
      .to.match(/^whsec_/)
      .and.not.equal(secret)
    expect((await run(['enable', uid])).lines).to.have.length(1)
    expect((await run(['rm', uid])).lines).to.deep.equal([`${uid} is removed`])
    await run(['rm', String(broken?.uid)])
    expect(await json()).to.deep.equal([])
  }

  it('adds, lists, tests and removes webhooks, to which a server sends events', () => worksAt('/hook', []))
  it('does so on a server, too', () => worksAt('/far', remote))

  it('refuses wrong arguments with exit code 2, and says what does not exist', async () => {
    for (const args of [
      ['add'],
      ['add', 'app.example.org'],
      ['add', 'https://a:b@app.example.org/'],
      ['add', 'https://app.example.org/', '--events', 'media.read'],
      ['add', 'https://app.example.org/', '--events', ''],
      ['rm'],
      ['rm', 'a b'],
      ['rm', 'wh_a', 'wh_b'],
      ['retry', 'wh_a'],
      ['retry', 'wh_a', 'x'],
      ['test', 'wh_a', '--events', 'media.ready'],
      ['toString'],
    ])
      expect((await failureOf(...args)).exitCode, args.join(' ')).to.equal(2)
    const missing = [
      ['rm', 'wh_a'],
      ['rotate', 'wh_a'],
      ['test', 'wh_a'],
      ['enable', 'wh_a'],
      ['deliveries', 'wh_a'],
      ['retry', 'wh_a', '1'],
    ]
    for (const args of missing) {
      const { message, exitCode } = await failureOf(...args)
      expect(message, args.join(' ')).to.match(/^there is no (?:webhook|delivery)/)
      expect(await failureOf(...args, ...remote)).to.include({ message, exitCode })
    }
  })
})
