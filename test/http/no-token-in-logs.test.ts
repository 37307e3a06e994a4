import { expect } from 'chai'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { TE } from '../../src/fp.ts'
import { seedFilm, seedImage } from '../support/library.ts'
import { bearer, createMemoryLarder, listen } from '../support/memory-larder.ts'
import { createRecordingLog } from '../support/recording-log.ts'

describe('the log (§2.6, W14)', () => {
  it('reports failures, and contains no token, whatever the carrier and the outcome', async () => {
    const { log, entries } = createRecordingLog()
    const whole = await createMemoryLarder({ log })
    const [film, image] = [await seedFilm(whole), await seedImage(whole)]
    const down = TE.left(unavailable('database')(new Error('down')))
    const server = await listen({
      ...whole,
      playlists: {
        ...whole.playlists,
        showWeb: () => down,
        showMobile: () => {
          throw new Error('a fault of ours')
        },
      },
    })
    await whole.store.delete(image.exports[0]?.file.key ?? '')()

    const send = async (path: string, jwt: string): Promise<ReadonlyArray<number>> => {
      const requests = [
        server.get(`/api/1/${path}?jwt=${jwt}`),
        server.get(`/api/1/~${jwt}/${path}`),
        server.get(`/api/1/${path}`, bearer(jwt)),
      ]
      return (await Promise.all(requests)).map(({ status }) => status)
    }
    const forged = `${film.jwt.slice(0, -5)}AAAAA`
    expect(await send(`content_files/${film.uid}/web.json`, film.jwt)).to.deep.equal([503, 503, 503])
    expect(await send(`content_files/${film.uid}/mobile.m3u8`, film.jwt)).to.deep.equal([500, 500, 500])
    expect(await send(`content_files/${film.uid}/web.json`, forged)).to.deep.equal([403, 403, 403])
    const missing = `image_files/image/${image.exports[0]?.uid}.webp`
    expect(await send(missing, image.jwt)).to.deep.equal([502, 502, 502])
    await server.close()

    expect(new Set(entries.map(({ event }) => event))).to.deep.equal(
      new Set(['outage.started', 'request.broken', 'request.bad_origin', 'request.refused']),
    )
    const logged = JSON.stringify(entries)
    for (const jwt of [film.jwt, image.jwt, forged])
      for (const piece of jwt.split('.').slice(1)) expect(logged).not.to.include(piece)
  })
})
