import { expectTrueLists } from '../../support/naive/expect-true-lists.ts'
import { fetchOnce } from '../support/fetch-all.ts'
import type { ServedFilm } from '../support/served-film.ts'

export const naiveReaderTests = (film: () => ServedFilm): Mocha.Suite =>
  describe('a reader without a library', () => {
    it('[V51] finds that every playlist declares the properties of its parts correctly', async () => {
      const master = film().addressOf('mobile.m3u8', 'path').url
      const manifest = film().addressOf('dash.mpd', 'path').url
      await expectTrueLists({ master, manifest }, fetchOnce())
    })
  })
