import { expect } from 'chai'
import { right } from '../support/expect-right.ts'
import { seedFilm, seedImage } from '../support/library.ts'
import { bearer, createMemoryLarder, createStandingClock, listen } from '../support/memory-larder.ts'

describe('[V52] an expired token with a valid signature', () => {
  it('is reported as expired on every media route, for own, foreign and unknown files alike', async () => {
    const { clock, advance } = createStandingClock()
    const larder = await createMemoryLarder({ clock })
    const server = await listen(larder)
    const [film, foreign] = [await seedFilm(larder), await seedFilm(larder)]
    const [image, otherImage] = [await seedImage(larder), await seedImage(larder)]
    const ofFilm = await right(larder.tokens.mint('content', film.uid, 10))
    const ofImage = await right(larder.tokens.mint('image', image.uid, 10))

    const routes = ({ uid, hls, mp4 }: typeof film, picture: typeof image) => [
      ...['mobile.m3u8', 'ios.m3u8', 'android.m3u8', 'dash.mpd', 'web.json'].map(
        (list) => [`content_files/${uid}/${list}`, ofFilm] as const,
      ),
      [`content_files/exports/${hls.uid}.m3u8`, ofFilm] as const,
      [`content_files/exports/${hls.uid}.iframes.m3u8`, ofFilm] as const,
      [`content_files/exports/parts/${hls.parts[1]?.uid}.m4s`, ofFilm] as const,
      [`content_files/exports/parts/${mp4.parts[0]?.uid}.mp4`, ofFilm] as const,
      [`image_files/playlist/${picture.uid}`, ofImage] as const,
      [`image_files/${picture.uid}/best`, ofImage] as const,
      [`image_files/image/${picture.exports[0]?.uid}.webp`, ofImage] as const,
    ]
    const own = routes(film, image)
    const unknown = own.map(([path, jwt]) => [path.replace(/_[\w-]{22}/, `_${'A'.repeat(22)}`), jwt] as const)
    const send = async (path: string, jwt: string) => {
      const requests: ReadonlyArray<readonly [string, RequestInit]> = [
        [`/api/1/${path}`, bearer(jwt)],
        [`/api/1/${path}?jwt=${jwt}`, {}],
        [`/api/1/~${jwt}/${path}`, {}],
      ]
      return Promise.all(
        requests.map(async ([address, init]) => {
          const response = await server.get(address, init)
          return { status: response.status, text: await response.text() }
        }),
      )
    }

    // These requests fill the memory cache, so that replays are possible. This video has no keyframe index.
    for (const [path, jwt] of own)
      for (let i = 0; i < 3; i++)
        for (const { status } of await send(path, jwt))
          expect(status, path).to.equal(path.includes('iframes') ? 404 : 200)
    advance(11)
    const message = 'the token has expired'
    const expected = { status: 403, text: JSON.stringify({ type: 'invalid', message, markdown: message }) }
    for (const [path, jwt] of [...own, ...routes(foreign, otherImage), ...unknown])
      for (const reply of await send(path, jwt)) expect(reply, path).to.deep.equal(expected)
    await server.close()
  })
})
