import { expect } from 'chai'
import { readByFfmpeg } from './players/by-ffmpeg.ts'
import { readByGstreamer } from './players/by-gstreamer.ts'
import { examinedByLarder } from './players/by-larder-check.ts'
import { readByM3u8Parser } from './players/by-m3u8-parser.ts'
import { readNaively } from './players/by-naive-reader.ts'
import { firstPictureOf } from './players/first-picture.ts'
import { playedInChromium } from './players/in-chromium.ts'
import { type ServedFilm, serveFilm } from './support/served-film.ts'

/** Players of others, and readers of lists, play one film as a server from dist/ serves it. */
describe('a film as others play it', () => {
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

  // In a suite of its own, which comes after the others.
  describe('the server', () => {
    it('has complained of nothing', () => {
      expect(served.complaints).to.deep.equal([])
    })
  })
})
