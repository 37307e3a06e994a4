import { once } from 'node:events'
import { connect } from 'node:net'
import { expect } from 'chai'
import { createFsObjectStore } from '../../src/adapters/fs/fs-object-store.ts'
import { createKnex } from '../../src/adapters/knex/create-knex.ts'
import { localProcessLiveness } from '../../src/adapters/platform/process-liveness.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { startDatabaseProxy } from '../support/database-proxy.ts'
import { right } from '../support/expect-right.ts'
import { hasApplied } from '../support/following-instance.ts'
import { type SeededImage, type SeededLadder, seedImage, seedLadder } from '../support/library.ts'
import { filesWith, type LibraryInstance, startLibraryInstance } from '../support/library-instance.ts'
import { bearer } from '../support/memory-larder.ts'
import { withDatabase } from '../support/postgres.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

const secret = 'the secret bytes of a picture'
/** A segment of the film that `seedLadder` makes. */
const segment = 'high 2'

describe('a takedown over three instances', () => {
  const database = withDatabase()
  let objects: string
  let store: ObjectStore
  let dirs: ReadonlyArray<string>
  let instances: LibraryInstance[]
  let image: SeededImage
  let film: SeededLadder
  let filmJwt: string

  const start = (dir: string, more: Partial<Parameters<typeof startLibraryInstance>[0]> = {}) =>
    startLibraryInstance({ db: database.knex(), connection: database.connection, store, dir, ...more })

  beforeEach(async () => {
    await database.empty()
    objects = await scratchFolder()
    store = createFsObjectStore(objects, localProcessLiveness)
    dirs = [await scratchFolder(), await scratchFolder(), await scratchFolder()]
    instances = []
    for (const dir of dirs) instances.push(await start(dir))
    const { larder } = one(0)
    image = await seedImage(larder, [Buffer.from(secret.repeat(1000))])
    film = await seedLadder(larder)
    await right(larder.imageFiles.setPublic(image.uid, true))
    filmJwt = await right(larder.tokens.mint('content', film.uid, 1800))
    await right(larder.admins.setAdmin('ann', true))
  })
  afterEach(async () => {
    for (const { close } of instances) await close()
    await removeScratch()
  })

  const one = (n: number): LibraryInstance => instances[n] ?? expect.fail()

  const picture = () => `/api/1/image_files/image/${image.exports[0]?.uid}.webp`
  const requests = (): ReadonlyArray<readonly [path: string, init: RequestInit]> => [
    [picture(), {}],
    [`/api/1/image_files/playlist/${image.uid}?public=1`, {}],
    [`/api/1/image_files/${image.uid}/best`, {}],
    [picture(), bearer(image.jwt)],
    [`/api/1/image_files/playlist/${image.uid}`, bearer(image.jwt)],
    [`/api/1/image_files/${image.uid}/status`, bearer(image.jwt)],
    ...[
      `${film.uid}/mobile.m3u8`,
      `${film.uid}/web.json`,
      `${film.uid}/dash.mpd`,
      `${film.uid}/status`,
      `exports/${film.high.uid}.m3u8`,
      `exports/${film.high.uid}.iframes.m3u8`,
      ...film.high.parts.map(({ uid }) => `exports/parts/${uid}.m4s`),
    ].map((path) => [`/api/1/content_files/${path}`, bearer(filmJwt)] as const),
  ]

  const statusesOf = async ({ server }: LibraryInstance, more: RequestInit = {}) => {
    const statuses = new Set<number>()
    for (const [path, init] of requests()) {
      const reply = await server.get(path, {
        ...init,
        ...more,
        headers: { ...(init.headers as object), ...(more.headers as object) },
      })
      await reply.arrayBuffer()
      statuses.add(reply.status)
    }
    return [...statuses]
  }
  const expectNothing = async (instance: LibraryInstance): Promise<void> => {
    for (const more of [
      {},
      { method: 'HEAD' },
      { headers: { range: 'bytes=0-3' } },
      { headers: { 'if-none-match': '*' } },
    ])
      for (const status of await statusesOf(instance, more)) expect(status).to.be.oneOf([401, 403])
  }

  const remove = async (uid: string, query: string) => {
    const { larder, server } = one(0)
    const jwt = await right(larder.admins.mintIdToken('ann'))
    const reply = await server.get(`/api/1/admin/media/${uid}${query}`, { method: 'DELETE', ...bearer(jwt) })
    expect(reply.status).to.equal(202)
    return (await reply.json()) as { readonly erased?: boolean }
  }

  /** Waits until these instances have applied everything that was committed before. */
  const settled = async (...waited: ReadonlyArray<LibraryInstance>): Promise<void> => {
    const { rows } = await database.knex().raw('select cast(pg_current_xact_id() as text) as xid')
    const xid = Number(rows[0].xid)
    while (!waited.every((instance) => hasApplied(instance, xid))) await new Promise((r) => setTimeout(r, 5))
  }

  const warm = async (): Promise<void> => {
    await settled(...instances)
    for (const instance of instances)
      for (let n = 0; n < 3; n += 1) expect(await statusesOf(instance)).to.deep.equal([200])
    for (const dir of dirs)
      for (const bytes of [secret, segment])
        while ((await filesWith(dir, bytes)).length === 0) await new Promise(setImmediate)
  }
  const expectNoBytes = async (folder: string): Promise<void> => {
    for (const bytes of [secret, segment]) expect(await filesWith(folder, bytes), bytes).to.deep.equal([])
  }
  const takeBoth = async (query: string): Promise<void> => {
    await remove(image.uid, query)
    await remove(film.uid, query)
  }
  const stop = async (n: number): Promise<void> => {
    const [stopped] = instances.splice(n, 1)
    await stopped?.close()
  }
  const startAgain = async (n: number): Promise<LibraryInstance> => {
    const instance = await start(dirs[n] ?? expect.fail())
    instances.splice(n, 0, instance)
    return instance
  }

  it('leaves nothing that any of them serves, or has on its disk, also of one that was off', async () => {
    await warm()
    await stop(2)
    await takeBoth('?now=1')
    await expectNothing(one(0))
    await settled(one(0), one(1))
    await expectNothing(one(1))
    for (const dir of dirs.slice(0, 2)) await expectNoBytes(dir)
    const back = await startAgain(2)
    await expectNothing(back)
    await settled(back)
    await expectNoBytes(dirs[2] ?? '')
    // The bytes can be restored, and are served to those who get a token now.
    expect(await filesWith(objects, secret)).to.have.length(1)
    await right(one(0).larder.trashService.restore(image.uid))
    await settled(...instances)
    for (const instance of instances) {
      expect((await instance.server.get(picture())).status).to.equal(200)
      expect((await instance.server.get(picture(), bearer(image.jwt))).status).to.equal(403)
    }
  })

  it('ends streams that slow viewers have open at other instances', async () => {
    const { larder } = one(0)
    const length = 32 * 2 ** 20
    const large = await seedImage(larder, [Buffer.alloc(length, 'x')])
    await settled(...instances)
    const sockets = []
    for (const { server } of instances) {
      const socket = connect(server.port, '127.0.0.1')
      socket.on('error', () => undefined)
      const path = `/api/1/image_files/image/${large.exports[0]?.uid}.webp?jwt=${large.jwt}`
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
      await once(socket, 'data')
      socket.pause()
      sockets.push(socket)
    }
    await remove(large.uid, '?now=1')
    await settled(...instances)
    for (const socket of sockets) {
      socket.resume()
      await once(socket, 'close')
      expect(socket.bytesRead).to.be.within(1, length)
    }
  })

  it('reaches an instance that was off for longer than the log is kept', async () => {
    await warm()
    await stop(2)
    await takeBoth('?now=1')
    expect(await right(one(0).larder.bus.prune(0))).to.be.above(0)
    const back = await startAgain(2)
    await expectNothing(back)
    await settled(back)
    await expectNoBytes(dirs[2] ?? '')
  })

  it('serves nothing at an instance that was off and finds no database, until it has heard', async () => {
    await warm()
    await stop(2)
    await takeBoth('?now=1')
    const proxy = await startDatabaseProxy(database.connection())
    proxy.set({ kind: 'reset' })
    const cutOff = createKnex(async () => proxy.connection, 2)
    const startCutOff = async (busStartUnheardSeconds: number) => {
      const options = { db: cutOff, connection: () => proxy.connection, busStartUnheardSeconds }
      const instance = await start(dirs[2] ?? '', options)
      instances.push(instance)
      return instance
    }
    const permitted = await startCutOff(600)
    expect((await permitted.server.get(picture())).status, 'an operator who prefers availability').to.equal(
      200,
    )
    await instances.pop()?.close()
    const back = await startCutOff(0)
    for (const more of [{}, { method: 'HEAD' }, { headers: { range: 'bytes=0-3' } }])
      for (let n = 0; n < 2; n += 1) expect(await statusesOf(back, more)).to.deep.equal([503])
    const page = await back.server.get(`/console/watch/${image.uid}`)
    expect([page.status, page.headers.get('retry-after')]).to.deep.equal([503, '2'])
    proxy.set({ kind: 'pass' })
    while (!back.follower.mayServeMedia()) await new Promise((r) => setTimeout(r, 5))
    await expectNothing(back)
    await instances.pop()?.close()
    await cutOff.destroy()
    await proxy.close()
  })

  it('erases: no row, no object and no cache has anything of the files', async () => {
    await warm()
    await stop(1)
    expect((await remove(image.uid, '?now=1&purge=1')).erased).to.equal(true)
    expect((await remove(film.uid, '?now=1&purge=1')).erased).to.equal(true)
    await expectNothing(one(0))
    const back = await startAgain(1)
    await settled(...instances)
    await expectNothing(back)
    for (const folder of [...dirs, objects]) await expectNoBytes(folder)
    const { rows } = await database.knex().raw(`
      select (select count(*) from image_files) + (select count(*) from content_files) + (select count(*) from s3_files)
           + (select count(*) from purged_objects) as rows`)
    expect(Number(rows[0].rows)).to.equal(0)
  })
})
