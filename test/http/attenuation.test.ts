import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Larder } from '../../src/composition/larder.ts'
import type { Restrictions } from '../../src/domain/access/restrictions.ts'
import { checkMediaPlaylist } from '../../src/domain/hls-check/check-media-playlist.ts'
import { aNewFileJob, aNewImageExport, aNewImageFile } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { type SeededLadder, seedLadder, storeBytes } from '../support/library.ts'
import {
  bearer,
  createMemoryLarder,
  createStandingClock,
  listen,
  type TestServer,
} from '../support/memory-larder.ts'

const content = '/api/1/content_files'

const urisOf = (m3u8: string): ReadonlyArray<string> => m3u8.match(/^[^#\n].*$/gm) ?? []
const uidIn = (uri: string): string | undefined => /([^/]*)\.\w+$/.exec(uri)?.[1]

describe('attenuated tokens (§2.4)', () => {
  const { clock, advance } = createStandingClock()
  let larder: Larder
  let server: TestServer
  let film: SeededLadder

  before(async () => {
    larder = await createMemoryLarder({ clock })
    server = await listen(larder)
    film = await seedLadder(larder)
  })
  after(() => server.close())

  const tokenFor = (restrictions: Restrictions): Promise<string> =>
    right(larder.tokens.mint('content', film.uid, 1800, restrictions))

  const send = async (path: string, restrictions: Restrictions): Promise<Response> =>
    server.get(path, bearer(await tokenFor(restrictions)))

  const master = async (restrictions: Restrictions) => {
    const response = await send(`${content}/${film.uid}/mobile.m3u8?bmin=0`, restrictions)
    return { status: response.status, text: await response.text() }
  }
  const variants = async (restrictions: Restrictions) => urisOf((await master(restrictions)).text).map(uidIn)

  const partStatus = async (uid: string | undefined, restrictions: Restrictions): Promise<number> =>
    (await send(`${content}/exports/parts/${uid}.m4s`, restrictions)).status

  describe('in a master playlist', () => {
    it('drop variants above maxh, but never audio', async () => {
      expect(await variants({})).to.deep.equal([film.low.uid, film.high.uid, film.sound.uid])
      expect(await variants({ maxh: 1079 })).to.deep.equal([film.low.uid, film.sound.uid])
      expect(await variants({ maxh: 1 })).to.deep.equal([film.sound.uid])
    })

    it('drop variants that are not in exports, and those that depend on them', async () => {
      const { low, sound } = film
      expect(await variants({ exports: [low.uid, sound.uid] })).to.deep.equal([low.uid, sound.uid])
      const { text } = await master({ exports: [sound.uid] })
      expect(urisOf(text).map(uidIn)).to.deep.equal([sound.uid])
      expect((await master({ exports: [low.uid] })).status).to.equal(404)
    })

    it('cause 404 if nothing is left', async () => {
      const { status, text } = await master({ exports: [] })
      expect(status).to.equal(404)
      expect(JSON.parse(text)).to.include({ type: 'not_found' })
    })

    it('never share cached playlists: each token gets its own playlist, in any order', async () => {
      const first = await variants({ maxh: 400 })
      expect(await variants({})).to.have.length(3)
      expect(await variants({ maxh: 400 })).to.deep.equal(first)
    })
  })

  describe('in a web playlist', () => {
    const web = async (restrictions: Restrictions): Promise<ReadonlyArray<string | undefined>> => {
      const response = await send(`${content}/${film.uid}/web.json`, restrictions)
      if (response.status !== 200) return [String(response.status)]
      const { exports, ...rest } = (await response.json()) as { exports: ReadonlyArray<{ url: string }> }
      expect(rest).to.deep.equal({ duration_seconds: 24 })
      return exports.map(({ url }) => uidIn(url))
    }

    it('drop exports that they do not permit', async () => {
      const [high, low] = [film.highMp4, film.lowMp4].map(({ parts }) => parts[0]?.uid)
      expect(await web({})).to.deep.equal([low, high])
      expect(await web({ maxh: 400 })).to.deep.equal([low])
      expect(await web({ exports: [film.highMp4.uid] })).to.deep.equal([high])
      expect(await web({ maxh: 100 })).to.deep.equal(['404'])
    })

    it('drop progressive exports under a clip, because these cannot be cut', async () => {
      expect(await web({ clip: [0, 24] })).to.have.length(2)
      expect(await web({ clip: [0, 23] })).to.deep.equal(['404'])
    })
  })

  describe('in a media playlist', () => {
    const list = async (uid: string, restrictions: Restrictions) => {
      const response = await send(`${content}/exports/${uid}.m3u8`, restrictions)
      return { status: response.status, text: await response.text() }
    }

    it('forbid an export above maxh, and one that is not in exports', async () => {
      expect((await list(film.high.uid, { maxh: 1080 })).status).to.equal(200)
      expect((await list(film.high.uid, { maxh: 1079 })).status).to.equal(403)
      expect((await list(film.sound.uid, { maxh: 1 })).status).to.equal(200)
      expect((await list(film.low.uid, { exports: [film.low.uid] })).status).to.equal(200)
      expect((await list(film.low.uid, { exports: [film.high.uid] })).status).to.equal(403)
    })

    it('cut the playlist at segment boundaries, and leave a conforming playlist', async () => {
      const [init, ...media] = film.high.parts.map(({ uid }) => uid)
      for (const [clip, from, to] of [
        [[0, 24], 0, 4],
        [[6, 12], 1, 2],
        [[5.9, 12], 0, 2],
        [[6, 12.1], 1, 3],
        [[7, 8], 1, 2],
        [[20, 1000], 3, 4],
      ] as const) {
        const { text } = await list(film.high.uid, { clip })
        expect(urisOf(text).map(uidIn), String(clip)).to.deep.equal(media.slice(from, to))
        expect(text).to.include(`#EXT-X-MAP:URI="parts/${init}.mp4"`)
        expect(text).to.include('#EXT-X-TARGETDURATION:6\n')
        expect(text).to.match(/^#EXTM3U\n#EXT-X-VERSION:6\n/)
        expect(text).to.match(/#EXT-X-ENDLIST\n$/)
        expect(checkMediaPlaylist(text)).to.deep.equal([])
      }
    })

    it('cause 404 for a clip beyond the end of the video', async () =>
      expect((await list(film.high.uid, { clip: [24, 30] })).status).to.equal(404))
  })

  describe('on segments', () => {
    it('forbid segments of an export that they do not permit', async () => {
      const uid = film.high.parts[1]?.uid
      expect(await partStatus(uid, { maxh: 1080, exports: [film.high.uid] })).to.equal(200)
      expect(await partStatus(uid, { maxh: 720 })).to.equal(403)
      expect(await partStatus(uid, { exports: [film.low.uid] })).to.equal(403)
      expect(await partStatus(film.sound.parts[1]?.uid, { maxh: 1 })).to.equal(200)
    })

    it('permit the init segment and every segment in the playlist, and no other', async () => {
      const clip = [5.999, 12] as const
      const statuses = await Promise.all(film.high.parts.map(({ uid }) => partStatus(uid, { clip })))
      const response = await send(`${content}/exports/${film.high.uid}.m3u8`, { clip })
      const listed = urisOf(await response.text()).map(uidIn)
      expect(statuses[0]).to.equal(200)
      for (const [i, { uid }] of film.high.parts.entries())
        if (listed.includes(uid)) expect(statuses[i]).to.equal(200)
      expect(statuses.slice(2)).to.deep.equal([200, 403, 403])
    })

    it('forbid a whole video under a clip, including ranges and HEAD', async () => {
      const uid = film.lowMp4.parts[0]?.uid
      expect(await partStatus(uid, { clip: [0, 24] })).to.equal(200)
      expect(await partStatus(uid, { clip: [1, 24] })).to.equal(403)
      const jwt = await tokenFor({ clip: [1, 24] })
      const path = `${content}/exports/parts/${uid}.mp4?jwt=${jwt}`
      expect((await server.get(path, { headers: { range: 'bytes=0-1' } })).status).to.equal(403)
      expect((await server.get(path, { method: 'HEAD' })).status).to.equal(403)
    })

    it('report a restriction like any other refusal', async () => {
      const path = `${content}/exports/parts/${film.high.parts[1]?.uid}.m4s`
      const restricted = await send(path, { maxh: 1 })
      const foreign = await server.get(
        path,
        bearer(await right(larder.tokens.mint('content', 'cf_other', 60))),
      )
      expect(await restricted.text()).to.equal(await foreign.text())
    })
  })

  describe('in a DASH manifest', () => {
    const manifest = async (restrictions: Restrictions) => {
      const response = await send(`${content}/${film.uid}/dash.mpd`, restrictions)
      return { status: response.status, text: await response.text() }
    }
    const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, value]) => value)

    it('drop representations, and adaptation sets without any representation', async () => {
      const ids = async (restrictions: Restrictions) =>
        all((await manifest(restrictions)).text, /<Representation id="([^"]*)"/g)
      expect(await ids({})).to.deep.equal([film.high.uid, film.low.uid, film.sound.uid])
      expect(await ids({ maxh: 400 })).to.deep.equal([film.low.uid, film.sound.uid])
      const { text } = await manifest({ exports: [film.sound.uid] })
      expect(all(text, /contentType="([^"]*)"/g)).to.deep.equal(['audio'])
      expect((await manifest({ exports: [] })).status).to.equal(404)
      expect((await manifest({ clip: [24, 30] })).status).to.equal(404)
    })

    it('cut the manifest at segment boundaries, and start with the first segment of the clip', async () => {
      const { text } = await manifest({ clip: [7, 13] })
      for (const { uid, parts } of [film.high, film.low, film.sound]) {
        const [one = ''] = text.match(new RegExp(`<Representation id="${uid}".*?</Representation>`)) ?? []
        expect(all(one, /media="([^"]*)\.m4s"/g)).to.deep.equal(parts.slice(2, 4).map((part) => part.uid))
        expect(one).to.include('presentationTimeOffset="72000"')
        expect(one).to.include('<SegmentTimeline><S t="72000" d="72000"/><S d="72000"/></SegmentTimeline>')
      }
      expect(text).to.include('mediaPresentationDuration="PT12S"')
    })
  })

  describe('on images', () => {
    const heights = [1080, 540, 270]
    let uid: string
    let images: ReadonlyArray<{ readonly uid: string; readonly height: number }>

    before(async () => {
      const file = aNewImageFile()
      await right(larder.imageFiles.add(file, aNewFileJob()))
      const exports = await Promise.all(
        heights.map(async (height) =>
          aNewImageExport({
            width: height * 2,
            height,
            file: await storeBytes(larder, Buffer.alloc(height), 'image/webp'),
          }),
        ),
      )
      await right(larder.imageFiles.addExports(file.uid, exports, null))
      uid = file.uid
      images = exports
    })

    const sendImage = async (path: string, restrictions: Restrictions) =>
      server.get(
        `/api/1/image_files/${path}`,
        bearer(await right(larder.tokens.mint('image', uid, 60, restrictions))),
      )

    const listed = async (restrictions: Restrictions) => {
      const response = await sendImage(`playlist/${uid}`, restrictions)
      const { items } = (await response.json()) as {
        items?: Record<string, ReadonlyArray<Record<string, unknown>>>
      }
      return items === undefined ? response.status : Object.values(items).flat()
    }

    it('drop exports from the list, and change nothing else', async () => {
      const all = await listed({})
      expect(await listed({ maxh: 540 })).to.deep.equal(Array.isArray(all) ? all.slice(0, 2) : [])
      expect(await listed({ exports: [images[0]?.uid ?? ''] })).to.deep.equal(
        Array.isArray(all) ? all.slice(2) : [],
      )
      expect(await listed({ maxh: 100 })).to.equal(404)
    })

    it('forbid the bytes of dropped exports, and select the best of the remaining exports', async () => {
      const statuses = await Promise.all(
        images.map(async (image) => (await sendImage(`image/${image.uid}.webp`, { maxh: 540 })).status),
      )
      expect(statuses).to.deep.equal([403, 200, 200])
      const best = await sendImage(`${uid}/best`, { maxh: 540 })
      expect(best.headers.get('content-location')).to.include(images[1]?.uid)
    })
  })

  it('stay as restrictive when tokens are derived for URLs (§3.2, W14)', async () => {
    const restrictions: Restrictions = { maxh: 400, clip: [0, 12] }
    advance(5)
    const response = await send(`${content}/${film.uid}/mobile.m3u8?presign=query`, restrictions)
    const [uri = ''] = urisOf(await response.text())
    expect(decodeJwt(new URLSearchParams(uri.split('?')[1]).get('jwt') ?? '')).to.deep.include(restrictions)
  })
})
