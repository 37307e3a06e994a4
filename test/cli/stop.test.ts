import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { openRaw, rawRequest } from '../support/raw-exchange.ts'
import { type ServingLarder, serveLarder } from '../support/run-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'
import { startSilentServer } from '../support/silent-server.ts'
import { readResponses } from '../support/strict-responses.ts'

/** Tests real processes. The database and the store hang, as does everything that waits for them. */
describe('the stop of larder serve (§13.1) [V29]', () => {
  let silent: Awaited<ReturnType<typeof startSilentServer>>

  before(async () => {
    silent = await startSilentServer()
  })
  after(async () => {
    await silent.close()
    await removeScratch()
  })

  const serve = async (env: Readonly<Record<string, string>>): Promise<ServingLarder> =>
    serveLarder({
      DATA_DIR: await scratchFolder(),
      DATABASE_URL: `postgres://a:b@127.0.0.1:${silent.port}/larder`,
      SHUTDOWN_GRACE_SECONDS: '1',
      ...env,
    })

  const portOf = ({ base }: ServingLarder): number => Number(new URL(base).port)
  const health = rawRequest('GET', '/healthz')

  it('is announced first: /readyz is 503, replies have `Connection: close`, and no keep-alive connection is reset', async () => {
    const serving = await serve({ LAME_DUCK_SECONDS: '2' })
    const [busy, idle] = [openRaw(portOf(serving)), openRaw(portOf(serving))]
    for (const connection of [busy, idle]) {
      connection.send(health)
      await connection.until((wire) => readResponses(wire, ['GET']).responses.length === 1)
    }
    const ended = serving.end('SIGTERM')
    const announced = async (): Promise<void> => {
      if ((await fetch(`${serving.base}/healthz`)).headers.get('connection') !== 'close') return announced()
    }
    // A readiness check that begins before the signal waits for the database, longer than the announcement lasts.
    await announced()
    const readiness = await fetch(`${serving.base}/readyz`)
    expect(readiness.status).to.equal(503)
    expect(readiness.headers.get('connection')).to.equal('close')
    expect(((await readiness.json()) as { status: string }).status).to.equal('stopping')

    busy.send(health)
    expect(await busy.closed, 'a reset').to.equal(null)
    const { responses } = readResponses(busy.received(), ['GET', 'GET'])
    expect(responses.map(({ status, headers }) => [status, headers.connection])).to.deep.equal([
      [200, 'keep-alive'],
      [200, 'close'],
    ])
    // This is longer than the keep-alive timeout of load balancers.
    expect(responses[0]?.headers['keep-alive']).to.equal('timeout=75')
    expect(await idle.closed, 'a reset').to.equal(null)
    expect(await ended).to.equal(0)
    expect(serving.err.filter((line) => line.includes('without waiting'))).to.deep.equal([])
  })

  it('takes no longer than its limit while database and store hang, whenever the signal comes', async () => {
    for (const wait of [0, 500]) {
      const serving = await serve({
        S3_BUCKET: 'b',
        S3_ENDPOINT: `http://127.0.0.1:${silent.port}`,
        S3_FORCE_PATH_STYLE: '1',
        S3_REGION: 'a',
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
      })
      const hanging = openRaw(portOf(serving))
      hanging.send(rawRequest('GET', '/readyz'))
      await sleep(wait)
      const code = await serving.end('SIGTERM')
      expect(code).to.be.oneOf([0, 1])
      if (code === 1)
        expect(serving.err.join('\n')).to.match(/could not be closed|without waiting any longer for/)
    }
  })

  it('ends even if a part hangs, with a line that names what it did not wait for', async () => {
    const folder = await scratchFolder()
    const preload = join(folder, 'hang.mjs')
    await writeFile(
      preload,
      `import { Server } from 'node:net'
      process.once('SIGTERM', () => { Server.prototype.close = function () { return this } })`,
    )
    const serving = await serve({ NODE_OPTIONS: `--import ${preload}` })
    expect(await serving.end('SIGTERM')).to.equal(1)
    expect(serving.err.join('\n')).to.match(
      /larder: ended after 6 s without waiting any longer for: requests in progress/,
    )
  })
})
