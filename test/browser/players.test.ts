import { expect } from 'chai'
import { ffmpegTests } from './players/by-ffmpeg.ts'
import { gstreamerTests } from './players/by-gstreamer.ts'
import { larderCheckTests } from './players/by-larder-check.ts'
import { m3u8ParserTests } from './players/by-m3u8-parser.ts'
import { naiveReaderTests } from './players/by-naive-reader.ts'
import { firstFrameTests } from './players/first-picture.ts'
import { chromiumPlayerTests } from './players/in-chromium.ts'
import { type ServedFilm, serveFilm } from './support/served-film.ts'

/** Players and playlist readers of other projects play one film from the server in dist/. */
describe('a film in other players', () => {
  let served: ServedFilm
  const film = () => served

  before(async () => {
    served = await serveFilm()
  })
  after(() => served?.close())

  chromiumPlayerTests(film)
  firstFrameTests(film)
  ffmpegTests(film)
  gstreamerTests(film)
  m3u8ParserTests(film)
  naiveReaderTests(film)
  larderCheckTests(film)

  // This is a separate suite, so that it runs after the others.
  describe('the server', () => {
    it('has printed no errors', () => {
      expect(served.complaints).to.deep.equal([])
    })
  })
})
