import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import type { Order } from '../pages/order.ts'
import type { Played } from '../pages/report.ts'
import { launchChromium, openPage } from '../support/launch-chromium.ts'
import { type PagesServer, servePages } from '../support/pages-server.ts'
import type { Address, Mode, ServedFilm } from '../support/served-film.ts'

/** The fastest playback rate that Chromium supports. */
const rate = 16

type Try = {
  readonly player: Order['player']
  readonly list: 'mobile.m3u8' | 'dash.mpd'
  readonly modes: ReadonlyArray<Mode>
}

// The browser's own player can send no header, and does not support variables.
const tries: ReadonlyArray<Try> = [
  { player: 'hls.js', list: 'mobile.m3u8', modes: ['none', 'query', 'path', 'define'] },
  { player: 'Shaka', list: 'mobile.m3u8', modes: ['none', 'query', 'path', 'define'] },
  { player: 'Shaka', list: 'dash.mpd', modes: ['none', 'query', 'path'] },
  { player: 'dash.js', list: 'dash.mpd', modes: ['none', 'query', 'path'] },
  { player: 'video.js', list: 'mobile.m3u8', modes: ['none', 'query', 'path'] },
  { player: 'plyr', list: 'mobile.m3u8', modes: ['query'] },
  { player: 'the browser', list: 'mobile.m3u8', modes: ['query', 'path'] },
]

export const chromiumPlayerTests = (film: () => ServedFilm): Mocha.Suite =>
  describe('in Chromium, on a page of another origin', () => {
    let browser: Browser
    let pages: PagesServer

    before(async () => {
      pages = await servePages({})
      browser = await launchChromium()
    })
    after(async () => {
      await browser?.close()
      await pages?.close()
    })

    /** Plays an address to the end. Returns the report of the page. */
    const play = async (player: Order['player'], { url, jwt }: Address): Promise<Played> => {
      const { page, complaints } = await openPage(browser)
      const order = pages.giveOrder({ player, url, jwt, rate, muted: false })
      await page.goto(order.url)
      const played = await order.played
      expect(complaints).to.deep.equal([])
      await page.close()
      return played
    }

    /**
     * [V51] Expects that each second was played once. A player that repeats a part, or ends early, has
     * another sum.
     */
    const expectFilm = (played: Played, seconds: number): void => {
      expect(played.error).to.equal(null)
      expect(played.seconds).to.be.closeTo(seconds, 0.1)
      expect(played.duration).to.be.closeTo(seconds, 0.1)
      expect(played.playedSeconds).to.be.closeTo(seconds, 0.2)
      expect(played.width).to.be.oneOf([640, 426])
      // A player that switches to another size may omit some frames from its count.
      expect(played.pictures).to.be.greaterThan((seconds / film().seconds) * film().pictures * 0.9)
    }
    const leastSoundBytes = (seconds: number): number => seconds * 8000

    for (const { player, list, modes } of tries) {
      it(`[V51] ${player} plays all ten parts of ${list}, each once`, async () => {
        const played = await play(player, film().addressOf(list, 'path'))
        expectFilm(played, film().seconds)
        expect(played.soundBytes).to.be.greaterThan(leastSoundBytes(film().seconds))
      })

      for (const mode of modes)
        it(`${player} plays ${list}, signed by ${mode}, with a token for a clip: only the second part`, async () => {
          const jwt = await film().tokenFor('--clip', '3,7.5')
          const played = await play(player, film().addressOf(list, mode, jwt))
          expectFilm(played, film().secondPartSeconds)
          expect(played.soundBytes).to.be.greaterThan(leastSoundBytes(2))
        })
    }

    for (const player of ['hls.js', 'Shaka'] as const)
      it(`${player} replaces the variables of a media playlist`, async () => {
        const played = await play(player, await film().videoPlaylistWithVariables())
        expectFilm(played, film().seconds)
      })
  })
