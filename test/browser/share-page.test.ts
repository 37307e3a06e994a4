import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { expectTrueLists } from '../support/naive/expect-true-lists.ts'
import { fetchOnce } from './support/fetch-all.ts'
import { type HardFilm, makeHardFilms } from './support/hard-films.ts'
import { beepAfter, brightnessAt, measureSound } from './support/hear.ts'
import { launchChromium, openPage } from './support/launch-chromium.ts'
import { type PagesServer, servePages } from './support/pages-server.ts'
import { addressIn } from './support/served-film.ts'
import { type ServedLibrary, serveLibrary } from './support/served-library.ts'

/**
 * The accepted offset (seconds): one frame at 25 a second, plus the delay of the measurement, two blocks of
 * 128 samples.
 */
const syncSeconds = 0.04 + (2 * 128) / 48_000

type Added = HardFilm & { readonly uid: string; readonly jwt: string }

/** Plays films that earlier stopped players, on the share page. */
describe('the share page, on hard films', () => {
  let library: ServedLibrary
  let browser: Browser
  let pages: PagesServer
  const films = new Map<string, Added>()

  before(async () => {
    library = await serveLibrary()
    for (const film of await makeHardFilms(library.folder)) {
      const uid = await library.add(film.file)
      films.set(film.name, Object.assign({ uid, jwt: await library.tokenFor(uid) }, film))
    }
    pages = await servePages({})
    browser = await launchChromium()
  })
  after(async () => {
    await browser?.close()
    await pages?.close()
    await library?.close()
  })

  const filmOf = (name: string): Added => films.get(name) ?? expect.fail(`no ${name}`)

  const openFilm = async ({ uid, jwt }: Added): Promise<Page> => {
    // The content security policy of the page would refuse the script that measures the audio.
    const context = await browser.newContext({ bypassCSP: true })
    const page = await context.newPage()
    await page.goto(`${library.base}/console/watch/${uid}?jwt=${jwt}`)
    await page.locator('video').waitFor({ timeout: 60_000 })
    return page
  }

  const playToEnd = (page: Page, from: number) =>
    page.evaluate(async (seconds) => {
      const video = document.querySelector('video') as HTMLVideoElement
      const ended = new Promise((resolve) => video.addEventListener('ended', resolve, { once: true }))
      video.currentTime = seconds
      await video.play()
      video.playbackRate = 8
      await ended
      return { at: video.currentTime, duration: video.duration, error: video.error?.message ?? null }
    }, from)

  for (const name of [
    'a film whose sound ends early',
    'one picture with a song',
    'a broadcast that changes from stereo to 5.1',
  ]) {
    it(`plays ${name} to the end, also after a seek (V41, V42)`, async () => {
      const film = filmOf(name)
      const page = await openFilm(film)
      for (const from of [0, film.seconds - 3]) {
        const { at, duration, error } = await playToEnd(page, from)
        expect(error).to.equal(null)
        expect(at).to.be.closeTo(film.seconds, 0.25)
        expect(duration).to.be.closeTo(film.seconds, 0.25)
      }
      await page.context().close()
    })

    it(`plays ${name} in sync from any position`, async () => {
      const film = filmOf(name)
      const page = await openFilm(film)
      await measureSound(page)
      for (const beep of film.beeps) {
        const heard = await beepAfter(page, beep - 0.7)
        expect(heard, `beep at ${beep} s`).to.be.closeTo(beep, syncSeconds)
        if (!film.flashes) continue
        let flash = beep - 0.1
        while (flash < beep + 0.1 && (await brightnessAt(page, flash)) < 125) flash += 0.02
        expect(flash, `flash at ${beep} s`).to.be.closeTo(heard, syncSeconds)
      }
      if (!film.flashes) expect(await brightnessAt(page, film.seconds - 1)).to.be.above(190)
      await page.context().close()
    })

    for (const list of ['mobile.m3u8', 'dash.mpd'] as const)
      it(`lets Shaka play ${list} of ${name} to the end`, async () => {
        const film = filmOf(name)
        const { page, complaints } = await openPage(browser)
        const { url, jwt } = addressIn(library, film.uid, list, 'path', film.jwt)
        const order = pages.giveOrder({ player: 'Shaka', url, jwt, rate: 16, muted: false })
        await page.goto(order.url)
        const played = await order.played
        expect(complaints).to.deep.equal([])
        expect(played.playedSeconds).to.be.closeTo(film.seconds, 0.3)
        await page.close()
      })

    it(`serves playlists of ${name} that declare the properties of its parts correctly`, async () => {
      const { uid, jwt } = filmOf(name)
      const at = (list: 'mobile.m3u8' | 'dash.mpd') => addressIn(library, uid, list, 'path', jwt).url
      await expectTrueLists({ master: at('mobile.m3u8'), manifest: at('dash.mpd') }, fetchOnce())
    })
  }
})
