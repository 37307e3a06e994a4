import { expect } from 'chai'
import { type PagesServer, servePages } from '../support/pages-server.ts'
import type { Mode, ServedFilm } from '../support/served-film.ts'

const modes: ReadonlyArray<Mode> = ['none', 'query', 'path', 'define']

/** A media playlist whose second part exceeds the target duration. */
const broken = `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXTINF:6.000000,
first.ts
#EXTINF:7.500000,
second.ts
#EXT-X-ENDLIST
`

/** The lists are the master playlist, two of video, their I-frame playlists, and the audio. */
const sixLists = '6 playlists: 0 faults, 0 to consider'

export const larderCheckTests = (film: () => ServedFilm): Mocha.Suite =>
  describe('larder check', () => {
    let pages: PagesServer
    before(async () => {
      pages = await servePages({ 'broken.m3u8': broken })
    })
    after(() => pages?.close())

    for (const mode of modes)
      it(`finds no fault in the playlists of the film, signed by ${mode}`, async () => {
        const { url, jwt } = film().addressOf('mobile.m3u8', mode)
        const { code, out, err } = await film().larder(
          'check',
          url,
          ...(jwt === null ? [] : ['--token', jwt]),
        )
        expect(out.at(-1)).to.equal(sixLists)
        expect({ code, err }).to.deep.equal({ code: 0, err: [] })
      })

    it('finds no fault in the film given by its uid', async () => {
      const { code, out } = await film().larder('check', film().uid)
      expect(out.at(-1)).to.equal(sixLists)
      expect(code).to.equal(0)
    })

    it('finds no fault in a media playlist with variables', async () => {
      const { url } = await film().videoPlaylistWithVariables()
      const { code, out } = await film().larder('check', url)
      expect(out.at(-1)).to.equal('1 playlist: 0 faults, 0 to consider')
      expect(code).to.equal(0)
    })

    it('exits with 1 for a broken playlist, and names the line and the rule', async () => {
      const { code, out } = await film().larder('check', `${pages.base}/broken.m3u8`)
      expect(out.join('\n')).to.match(/^ {2}fault, line 8: target-duration: .*7\.5/m)
      expect(code).to.equal(1)
    })
  })
