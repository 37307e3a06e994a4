import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnexContentFileRepository } from '../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexJobQueue } from '../../src/adapters/knex/knex-job-queue.ts'
import { createKnexMediaRepository } from '../../src/adapters/knex/knex-media-repository.ts'
import { createPostgresInvalidationBus } from '../../src/adapters/knex/postgres-invalidation-bus.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import type { Larder } from '../../src/composition/larder.ts'
import { right } from '../support/expect-right.ts'
import { type FollowingInstance, startFollowingInstance } from '../support/following-instance.ts'
import { type SeededFilm, type SeededImage, seedFilm, seedImage } from '../support/library.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { withDatabase } from '../support/postgres.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

type Instance = {
  readonly following: FollowingInstance
  readonly larder: Larder
  readonly server: TestServer
}

describe('public files on three instances (§5.10, §9.6)', () => {
  const database = withDatabase()
  let knex: Knex
  let instances: ReadonlyArray<Instance>
  let film: SeededFilm
  let image: SeededImage

  before(async () => {
    knex = database.knex()
    const store = createMemoryObjectStore()
    const start = async (): Promise<Instance> => {
      const bus = createPostgresInvalidationBus(knex, async () => database.connection())
      const following = await startFollowingInstance(await scratchFolder(), bus)
      const larder = await createMemoryLarder({
        store,
        cache: following.cache,
        imageFiles: createKnexImageFileRepository(knex),
        contentFiles: createKnexContentFileRepository(knex),
        media: createKnexMediaRepository(knex),
        jobs: createKnexJobQueue(knex, 'test'),
      })
      return { following, larder, server: await listen(larder) }
    }
    instances = [await start(), await start(), await start()]
    const [{ larder } = expect.fail('there is no instance')] = instances
    film = await seedFilm(larder)
    image = await seedImage(larder)
  })
  after(async () => {
    for (const { server, following } of instances) {
      await server.close()
      await following.close()
    }
    await removeScratch()
  })

  const paths = () => [
    `/api/1/content_files/${film.uid}/mobile.m3u8`,
    `/api/1/content_files/exports/${film.hls.uid}.m3u8`,
    `/api/1/content_files/exports/parts/${film.hls.parts[1]?.uid}.m4s`,
    `/api/1/image_files/playlist/${image.uid}`,
    `/api/1/image_files/image/${image.exports[0]?.uid}.webp`,
  ]
  const statusesOf = async ({ server }: Instance) =>
    Promise.all(paths().map(async (path) => (await server.get(path)).status))
  const all = (status: number) => paths().map(() => status)

  /** Waits until an instance replies with this status to all, and expects that it then always does. */
  const settle = async (instance: Instance, status: number) => {
    const isSettled = (statuses: ReadonlyArray<number>) => statuses.every((each) => each === status)
    while (!isSettled(await statusesOf(instance))) await new Promise((resolve) => setTimeout(resolve, 5))
    for (let n = 0; n < 3; n += 1) expect(await statusesOf(instance)).to.deep.equal(all(status))
  }

  const uids = () => [film.uid, image.uid]

  it('open and close on the one that changes them at once, and on the others when they hear of it', async () => {
    const [first, ...others] = instances
    if (first === undefined) return expect.fail('there is no instance')
    for (let round = 0; round < 3; round += 1)
      for (const [isPublic, status] of [
        [true, 200],
        [false, 401],
      ] as const) {
        await right(first.larder.library.changeAll(uids(), { isPublic }))
        expect(await statusesOf(first)).to.deep.equal(all(status))
        for (const other of others) await settle(other, status)
      }
  })

  it('close everywhere after a change by hand', async () => {
    const set = async (isPublic: boolean) => {
      for (const table of ['content_files', 'image_files'])
        await knex.raw('update ?? set public = ? where uid = any(?)', [table, isPublic, uids()])
    }
    await set(true)
    for (const instance of instances) await settle(instance, 200)
    await set(false)
    for (const instance of instances) await settle(instance, 401)
  })
})
