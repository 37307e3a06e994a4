import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnex } from '../../src/adapters/knex/create-knex.ts'
import { createKnexContentFileRepository } from '../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexDatabase } from '../../src/adapters/knex/knex-database.ts'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexUserRepository } from '../../src/adapters/knex/knex-user-repository.ts'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/adapters/postgres-embedded/embedded-postgres.ts'
import type { ContentFileUid } from '../../src/domain/media/ids.ts'
import { createDiskLarder, type DiskLarder } from '../support/disk-larder.ts'
import { exchange } from '../support/exchange.ts'
import { right } from '../support/expect-right.ts'
import { seedFilm, seedImage } from '../support/library.ts'
import { createStandingClock, listen, type TestServer } from '../support/memory-larder.ts'
import { nonDurablePostgresSettings } from '../support/non-durable-postgres.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'
import { waitForServerExit } from '../support/wait-for-server-exit.ts'

const day = 86_400

describe('a stopped database (R1, W28)', () => {
  const { clock, advance } = createStandingClock()
  let dir: string
  let postgres: EmbeddedPostgres
  let db: Knex
  let larder: DiskLarder
  let server: TestServer
  /** The replies before the database stopped, by request. */
  const warm = new Map<string, Buffer>()
  let coldFilm: ContentFileUid
  let coldJwt: string
  let adminJwt: string

  const start = async () => {
    postgres = await startEmbeddedPostgres(dir, { settings: nonDurablePostgresSettings })
  }
  const stop = async () => {
    await postgres.stop()
    await waitForServerExit(dir)
  }

  before(async () => {
    dir = await scratchFolder()
    await start()
    db = createKnex(async () => postgres.connection, 10)
    const database = createKnexDatabase(db)
    await right(database.migrate)
    larder = await createDiskLarder({
      adapters: {
        clock,
        database,
        imageFiles: createKnexImageFileRepository(db),
        contentFiles: createKnexContentFileRepository(db),
        users: createKnexUserRepository(db),
      },
    })
    server = await listen(larder)

    const image = await seedImage(larder)
    await right(larder.imageFiles.setPublic(image.uid, true))
    const film = await seedFilm(larder)
    coldFilm = (await seedFilm(larder)).uid
    const [imageJwt, filmJwt] = await Promise.all([
      right(larder.tokens.mint('image', image.uid, 3 * day)),
      right(larder.tokens.mint('content', film.uid, 3 * day)),
    ])
    coldJwt = await right(larder.tokens.mint('content', coldFilm, 3 * day))
    await right(larder.admins.setAdmin('anna', true))
    adminJwt = await right(larder.idTokenIssuer.mint('anna', 3 * day))

    const exports = '/api/1/content_files/exports'
    const paths = [
      `/api/1/image_files/playlist/${image.uid}?jwt=${imageJwt}&presign=0`,
      `/api/1/image_files/playlist/${image.uid}?public=1`,
      `/api/1/image_files/image/${image.exports[0]?.uid}.webp`,
      `/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${imageJwt}`,
      `/api/1/image_files/${image.uid}/best?w=100&h=100&jwt=${imageJwt}`,
      `/api/1/content_files/${film.uid}/web.json?jwt=${filmJwt}`,
      `/api/1/content_files/${film.uid}/mobile.m3u8?jwt=${filmJwt}`,
      `/api/1/content_files/${film.uid}/dash.mpd?jwt=${filmJwt}`,
      `${exports}/${film.hls.uid}.m3u8?jwt=${filmJwt}`,
      ...film.hls.parts.map(({ uid }) => `${exports}/parts/${uid}.mp4?jwt=${filmJwt}`),
      `${exports}/parts/${film.mp4.parts[0]?.uid}.mp4?jwt=${filmJwt}`,
    ]
    for (const path of paths) {
      const { status, body } = await exchange(server.base + path)
      expect([path, status]).to.deep.equal([path, 200])
      warm.set(path, body)
    }
    expect((await asAdmin()).status).to.equal(200)
    await stop()
  })

  after(async () => {
    await server.close()
    await larder.disk.close()
    await db.destroy()
    await stop()
    await removeScratch()
  })

  const asAdmin = () =>
    exchange(`${server.base}/api/1/admin/me`, { headers: { authorization: `bearer ${adminJwt}` } })

  const allIsServed = async () => {
    for (const [path, body] of warm) {
      const reply = await exchange(server.base + path)
      expect([path, reply.status, reply.body.equals(body)]).to.deep.equal([path, 200, true])
    }
  }

  const readiness = async () => JSON.parse((await exchange(`${server.base}/readyz`)).body.toString())
  const requestCold = () => exchange(`${server.base}/api/1/content_files/${coldFilm}/web.json?jwt=${coldJwt}`)

  it('does not affect cached replies, and is reported', async () => {
    await allIsServed()
    expect(await readiness()).to.deep.equal({
      status: 'degraded',
      checks: { database: 'down', 'object store': 'ok', cache: 'ok', bus: 'ok' },
    })
  })

  it('causes 503 with Retry-After for uncached requests', async () => {
    const { status, headers, body } = await requestCold()
    expect([status, headers['retry-after']]).to.deep.equal([503, '2'])
    expect(JSON.parse(body.toString()).type).to.equal('unavailable')
  })

  it('leaves admins valid until the cached check expires, and no longer (§9.3)', async () => {
    expect((await asAdmin()).status).to.equal(200)
    advance(900)
    expect((await asAdmin()).status).to.equal(503)
  })

  it('leaves stale lists available for a day after expiry (§9.3)', async () => {
    await allIsServed()
    // The clock is at 900 s. The public flag was fresh for 600 s, so it is stale until one second after this
    // step.
    advance(day - 301)
    await allIsServed()
    advance(301)
    const statuses = await Promise.all(
      [...warm.keys()].map(async (path) => (await exchange(server.base + path)).status),
    )
    expect(new Set(statuses)).to.deep.equal(new Set([200, 503]))
  })

  it('is used again automatically when it is back', async () => {
    await start()
    await allIsServed()
    expect((await readiness()).status).to.equal('ready')
    expect((await requestCold()).status).to.equal(200)
    expect((await asAdmin()).status).to.equal(200)
  })
})
