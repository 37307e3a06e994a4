import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import type { Order } from '../pages/order.ts'
import { launchChromium, openPage } from '../support/launch-chromium.ts'
import { type PagesServer, servePages } from '../support/pages-server.ts'
import type { Address, Mode, ServedFilm } from '../support/served-film.ts'

const FIRST_PART_SECONDS = 6.006

/** What a video element knows at its end; the byte counts are Chromium's own. */
type Played = {
  readonly error: string | null
  readonly seconds: number
  readonly duration: number
  readonly width: number
  readonly pictures: number
  readonly soundBytes: number
}

type Try = {
  readonly player: Order['player']
  readonly list: 'mobile.m3u8' | 'dash.mpd'
  readonly modes: ReadonlyArray<Mode>
}

// Nothing can be put into the header of what a browser fetches by itself, and it knows no variables.
const tries: ReadonlyArray<Try> = [
  { player: 'hls.js', list: 'mobile.m3u8', modes: ['none', 'query', 'path', 'define'] },
  { player: 'Shaka', list: 'mobile.m3u8', modes: ['none', 'query', 'path', 'define'] },
  { player: 'Shaka', list: 'dash.mpd', modes: ['none', 'query', 'path'] },
  { player: 'Chromium', list: 'mobile.m3u8', modes: ['query', 'path'] },
]

export const playedInChromium = (film: () => ServedFilm): Mocha.Suite =>
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

    /** Plays to the end, eight times as fast as it was filmed. */
    const play = async (player: Order['player'], address: Address): Promise<Played> => {
      const { page, complaints } = await openPage(browser)
      const order: Order = { player, ...address }
      await page.goto(`${pages.base}/#${encodeURIComponent(JSON.stringify(order))}`)
      const over = page.waitForFunction(() => document.querySelector('video')?.ended, undefined, {
        timeout: 110_000,
      })
      await over.catch(() => complaints.push('it did not play to the end'))
      expect(complaints).to.deep.equal([])
      const played = await page.locator('video').evaluate((video: HTMLVideoElement) => ({
        error: video.error?.message ?? null,
        seconds: video.currentTime,
        duration: video.duration,
        width: video.videoWidth,
        pictures: video.getVideoPlaybackQuality().totalVideoFrames,
        soundBytes: Number((video as { webkitAudioDecodedByteCount?: number }).webkitAudioDecodedByteCount),
      }))
      await page.close()
      return played
    }

    const expectFilm = (played: Played, seconds: number): void => {
      expect(played.error).to.equal(null)
      expect(played.seconds).to.be.closeTo(seconds, 0.1)
      expect(played.duration).to.be.closeTo(seconds, 0.1)
      expect(played.width).to.be.oneOf([640, 426])
      // A player may change to another size on its way, and a picture of it be counted once or twice.
      expect(played.pictures).to.be.greaterThan((seconds / film().seconds) * film().pictures * 0.9)
    }
    const leastSoundBytes = (seconds: number): number => seconds * 8000

    for (const { player, list, modes } of tries) {
      for (const mode of modes)
        it(`${player} plays ${list}, signed by ${mode}, to the end`, async () => {
          const played = await play(player, film().addressOf(list, mode))
          expectFilm(played, film().seconds)
          expect(played.soundBytes).to.be.greaterThan(leastSoundBytes(film().seconds))
        })

      it(`${player} plays what a token for a clip leaves of ${list}: the second part`, async () => {
        const jwt = await film().tokenFor('--clip', '7,8')
        const played = await play(player, film().addressOf(list, 'path', jwt))
        expectFilm(played, film().seconds - FIRST_PART_SECONDS)
        expect(played.soundBytes).to.be.greaterThan(leastSoundBytes(2))
      })
    }

    for (const player of ['hls.js', 'Shaka'] as const)
      it(`${player} fills in the variables of a media playlist`, async () => {
        const played = await play(player, await film().pictureListWithVariables())
        expectFilm(played, film().seconds)
      })
  })
