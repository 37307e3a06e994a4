import { mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { expect } from 'chai'
import { listenLocally } from '../support/foreign-servers.ts'
import { poster } from '../support/pictures.ts'
import { connectionUrl, withDatabase } from '../support/postgres.ts'
import { pollUntilTrue } from '../support/processes.ts'
import { runLarder, serveLarder, waitUntilReady } from '../support/run-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

const kills = Number(process.env.KILLS ?? 5)

describe(`[R3] [§11.3] fetches whose server is killed ${kills} times`, () => {
  const database = withDatabase()
  let dataDir: string
  let source: Server
  let url: string
  let picture: Buffer
  /** Whether the source keeps the second half of a file back. */
  let isHolding = true
  const held = new Set<() => void>()
  let sent = 0

  before(async () => {
    dataDir = await scratchFolder()
    picture = await poster(64).png().toBuffer()
    source = createServer((req, res) => {
      // Pictures differ by the bytes behind their end.
      const number = Number(/(\d+)\.png/.exec(req.url ?? '')?.[1])
      const bytes = Buffer.concat([picture, Buffer.from(`picture ${number}`), Buffer.alloc(200_000, number)])
      res.writeHead(200, { 'content-length': bytes.length })
      res.write(bytes.subarray(0, 100_000))
      const finish = () =>
        res.end(bytes.subarray(100_000), () => {
          sent += 1
        })
      res.once('close', () => held.delete(finish))
      if (isHolding) held.add(finish)
      else finish()
    })
    url = `http://127.0.0.1:${await listenLocally(source)}`
  })
  after(async () => {
    source.closeAllConnections()
    await new Promise((resolve) => source.close(resolve))
    await removeScratch()
  })

  const select = async (sql: string): Promise<ReadonlyArray<Record<string, unknown>>> =>
    (await database.knex().raw(sql)).rows
  const count = async (what: string): Promise<number> =>
    Number((await select(`select count(*) as n from ${what}`))[0]?.n)
  const release = () => {
    isHolding = false
    for (const finish of held) finish()
  }

  it('are neither lost once they are acknowledged, nor there twice, and leave nothing', async () => {
    const env = {
      DATA_DIR: dataDir,
      DATABASE_URL: connectionUrl(database.connection()),
      OUTBOUND_ALLOW: '127.0.0.1',
      JOBS: '0',
    }
    const objects = join(dataDir, 'objects', 's3_files')
    const away = `${objects}-away`
    let server = await serveLarder(env)
    await runLarder(['admin', 'grant', 'ann'], env)
    const token = (await runLarder(['admin', 'token', 'ann'], env)).out[0] ?? ''
    const acknowledged: { readonly upload: string; readonly job: string }[] = []
    const request = async (path: string): Promise<void> => {
      const reply = await fetch(`${server.base}/api/1/uploads/from_url`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ url: url + path }),
      })
      expect(reply.status).to.equal(202)
      acknowledged.push((await reply.json()) as { upload: string; job: string })
    }

    const killDuringFetch = async () => {
      await pollUntilTrue(async () => held.size === 3)
      await server.end('SIGKILL')
    }
    const killAtLastByte = async () => {
      await pollUntilTrue(async () => held.size === 3)
      const before = sent
      release()
      while (sent === before) await new Promise(setImmediate)
      await server.end('SIGKILL')
    }
    /** The store fails, so that what is acknowledged cannot be stored before the kill. */
    const killBeforeStore = async () => {
      await mkdir(objects, { recursive: true })
      await rename(objects, away)
      await writeFile(objects, '')
      release()
      await pollUntilTrue(async () => (await count("uploads where state = 'received'")) >= 2)
      await server.end('SIGKILL')
      await rm(objects)
      await rename(away, objects)
    }
    const moments = [killDuringFetch, killBeforeStore, killAtLastByte]

    for (let kill = 0; kill < kills; kill += 1) {
      await waitUntilReady(server.base)
      // What was interrupted before is not interrupted again, because a file is given up after five kills.
      await pollUntilTrue(async () => (await count("uploads where state in ('receiving', 'received')")) === 0)
      isHolding = true
      // Two of the three have the same bytes.
      await Promise.all([`/${2 * kill}.png`, `/${2 * kill}.png?again`, `/${2 * kill + 1}.png`].map(request))
      await moments[kill % moments.length]?.()
      release()
      server = await serveLarder(env)
    }
    await pollUntilTrue(async () => (await count("uploads where state in ('receiving', 'received')")) === 0)
    // The first sweep runs at the start; this one has nothing that is still running beside it.
    expect(await server.end('SIGTERM')).to.equal(0)
    server = await serveLarder(env)
    await waitUntilReady(server.base)

    expect(acknowledged).to.have.length(3 * kills)
    for (const { upload } of acknowledged) {
      const rows = await select(
        `select u.state, u.reason, count(f.id) as files from uploads u left join image_files f on f.uid = u.media
         where u.uid = '${upload}' group by 1, 2`,
      )
      expect(rows, upload).to.deep.equal([{ state: 'in_library', reason: null, files: 1 }])
    }
    const promised = acknowledged.map(({ job }) => `'${job}'`).join(', ')
    expect(await count('image_files')).to.equal(2 * kills)
    expect(await count(`jobs where uid in (${promised})`)).to.equal(2 * kills)
    expect(await count('jobs')).to.equal(2 * kills)
    expect(await count('s3_files')).to.equal(2 * kills)
    expect(await count('upload_fetches')).to.equal(0)
    const incoming = await readdir(join(dataDir, 'incoming'))
    expect(incoming.filter((name) => name.startsWith('up_'))).to.deep.equal([])
    expect(await server.end('SIGTERM')).to.equal(0)

    const longAgo = new Date(Date.now() - 72 * 3_600_000)
    for (const name of await readdir(objects)) await utimes(join(objects, name), longAgo, longAgo)
    const swept = await runLarder(['verify', '--repair', '--json'], env)
    const report = JSON.parse(swept.out[0] ?? '') as { readonly missing: unknown; readonly result: unknown }
    expect([swept.code, report.result, report.missing]).to.deep.equal([0, 'swept', []])
    expect(await readdir(objects)).to.have.length(2 * kills)
    expect(await readdir(join(dataDir, 'objects', '.incoming'))).to.deep.equal([])
  }).timeout(180_000)
})
