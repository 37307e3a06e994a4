import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import { openLibraryDatabase } from '../support/library-database.ts'
import { poster } from '../support/pictures.ts'
import { pollUntilDefined } from '../support/processes.ts'
import { runLarder, type ServingLarder, serveLarder, waitUntilReady } from '../support/run-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

const kills = Number(process.env.KILLS ?? 5)

type Acknowledged = { readonly upload: string; readonly uid: string | null }

describe(`[R3] [fix W23] uploads whose server is killed ${kills} times`, () => {
  let folder: string
  let picture: Buffer
  before(async () => {
    folder = await scratchFolder()
    picture = await poster(64).png().toBuffer()
  })
  after(removeScratch)

  it('are neither lost once they are acknowledged, nor there twice, and leave no orphan', async () => {
    const env = { DATA_DIR: join(folder, 'data'), JOBS: '0' }
    let server: ServingLarder = await serveLarder(env)
    await runLarder(['admin', 'grant', 'ann'], env)
    const token = (await runLarder(['admin', 'token', 'ann'], env)).out[0] ?? ''
    const headers = { authorization: `Bearer ${token}` }
    let isOver = false
    let count = 0
    const acknowledged: Acknowledged[] = []

    /** Each picture has bytes of its own behind its end. */
    const nextPicture = (): Uint8Array => {
      count += 1
      return Buffer.concat([picture, Buffer.from(`picture ${count}`), Buffer.alloc(200_000, count)])
    }
    /** Sends a request. Returns `null` if the server is killed meanwhile. */
    const ask = (path: string, init: RequestInit): Promise<Response | null> =>
      fetch(`${server.base}${path}`, { ...init, headers: { ...headers, ...init.headers } }).catch(() => null)

    const sendForms = async (): Promise<void> => {
      while (!isOver) {
        const form = new FormData()
        form.append('file', new Blob([nextPicture()]), 'a.png')
        const reply = await ask('/api/1/uploads', { method: 'POST', body: form })
        const json = (await reply?.json().catch(() => null)) as { upload: string; uid: string } | null
        if (reply?.status === 201 && json !== null) acknowledged.push({ upload: json.upload, uid: json.uid })
        else await wait(20)
      }
    }

    const tus = { 'Tus-Resumable': '1.0.0' }
    const offsetOf = (reply: Response | null): number | null => {
      const offset = reply?.ok ? reply.headers.get('upload-offset') : null
      return offset === null || offset === undefined ? null : Number(offset)
    }
    /** Sends a picture in pieces, and goes on after each kill, until it is acknowledged. */
    const sendPieces = async (): Promise<void> => {
      while (!isOver) {
        const bytes = nextPicture()
        const length = { 'Upload-Length': String(bytes.length) }
        const begun = await ask('/api/1/uploads/tus', { method: 'POST', headers: { ...tus, ...length } })
        const where = begun?.headers.get('location') ?? null
        if (where === null) {
          await wait(20)
          continue
        }
        for (let offset = 0; offset < bytes.length; ) {
          const type = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) }
          const body = bytes.subarray(offset, offset + 50_000)
          const reply = await ask(where, { method: 'PATCH', headers: { ...tus, ...type }, body })
          const after = offsetOf(reply) ?? offsetOf(await ask(where, { method: 'HEAD', headers: tus }))
          if (after === null) await wait(20)
          else offset = after
        }
        acknowledged.push({ upload: where.split('/').at(-1) ?? '', uid: null })
      }
    }

    const senders = [sendForms(), sendForms(), sendPieces(), sendPieces()]
    for (let kill = 0; kill < kills; kill += 1) {
      await waitUntilReady(server.base)
      const before = acknowledged.length
      await pollUntilDefined(async () => (acknowledged.length > before + kill ? true : undefined))
      await server.end('SIGKILL')
      server = await serveLarder(env)
    }
    isOver = true
    await Promise.all(senders)
    // The first sweep runs at the start; this one has nothing that is still running beside it.
    await server.end('SIGTERM')
    server = await serveLarder(env)

    const { db, close } = await openLibraryDatabase(env.DATA_DIR)
    await pollUntilDefined(async () => {
      const { rows } = await db.raw(
        "select 1 from uploads where state = 'received' or protocol = 'multipart' and state = 'receiving'",
      )
      return rows.length === 0 ? true : undefined
    })
    for (const { upload, uid } of acknowledged) {
      const { rows } = await db.raw(
        `select u.state, u.media, count(f.id) as files from uploads u left join image_files f on f.uid = u.media
         where u.uid = ? group by 1, 2`,
        [upload],
      )
      expect(rows[0], upload).to.include({
        state: 'in_library',
        files: 1,
        ...(uid !== null && { media: uid }),
      })
    }
    const { rows } = await db.raw(`
      select (select count(*) from image_files) as files, (select count(*) from s3_files) as stored,
             (select count(*) from jobs) as jobs, (select count(distinct media) from uploads where media is not null) as media`)
    expect(rows[0].stored).to.equal(rows[0].files)
    expect(rows[0].jobs).to.equal(rows[0].files)
    expect(rows[0].media).to.equal(rows[0].files)
    const left = (await readdir(join(env.DATA_DIR, 'incoming'))).filter((name) => name.startsWith('up_'))
    const receiving = await db.raw("select uid from uploads where state = 'receiving'")
    expect(
      left.filter((name) => !receiving.rows.some(({ uid }: { uid: string }) => uid === name)),
    ).to.deep.equal([])
    await server.end('SIGTERM')
    await close()
  }).timeout(180_000)
})
