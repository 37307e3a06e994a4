import { expect } from 'chai'
import { readByFfmpeg } from './players/by-ffmpeg.ts'
import { readByGstreamer } from './players/by-gstreamer.ts'
import { examinedByLarder } from './players/by-larder-check.ts'
import { readByM3u8Parser } from './players/by-m3u8-parser.ts'
import { readNaively } from './players/by-naive-reader.ts'
import { firstPictureOf } from './players/first-picture.ts'
import { playedInChromium } from './players/in-chromium.ts'
import { type ServedFilm, serveFilm } from './support/served-film.ts'

/** Other projects' players and playlist readers play one film from a server from dist/. */
describe('a film in other players', () => {
  let served: ServedFilm
  const film = () => served

  before(async () => {
    served = await serveFilm()
  })
  after(() => served?.close())

  playedInChromium(film)
  firstPictureOf(film)
  readByFfmpeg(film)
  readByGstreamer(film)
  readByM3u8Parser(film)
  readNaively(film)
  examinedByLarder(film)

  // A separate suite, so that it runs after the others.
  describe('the server', () => {
    it('has printed no errors', () => {
      expect(served.complaints).to.deep.equal([])
    })
  })
})
