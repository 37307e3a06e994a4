import { expect } from 'chai'
import type { Browser, Page, Route } from 'playwright-core'
import { launchChromium } from './support/launch-chromium.ts'
import { type ServedFilm, serveFilm } from './support/served-film.ts'

const hour = 3600

/** How the share page bears that its token ends, or the server goes away, amid a film. Its clock is the test's. */
describe('[V52] the share page', () => {
  let film: ServedFilm
  let browser: Browser

  before(async () => {
    film = await serveFilm()
    browser = await launchChromium()
  })
  after(async () => {
    await browser?.close()
    await film?.close()
  })

  type Opened = {
    readonly page: Page
    /** Of parts and lists, since the film plays. */
    readonly asked: string[]
    /** What becomes of requests for parts that come later. */
    answer: (route: Route) => Promise<void>
  }

  const addressWith = async (seconds: number): Promise<string> => {
    const jwt = await film.tokenFor('--ttl', String(seconds))
    return `${new URL(film.addressOf('mobile.m3u8', 'path').url).origin}/console/watch/${film.uid}?jwt=${jwt}`
  }

  /** Plays the first parts of the film; what becomes of the others is up to the test. */
  const open = async (later: Opened['answer'], prepare?: () => void): Promise<Opened> => {
    const page = await (await browser.newContext()).newPage()
    page.setDefaultTimeout(110_000)
    if (prepare !== undefined) await page.addInitScript(prepare)
    await page.clock.install()
    const opened: Opened = { page, asked: [], answer: later }
    let admitted = 0
    await page.route(/\/parts\/.*\.m4s/, async (route) => {
      // Two of pictures and two of sound, at least.
      if (admitted < 5) {
        admitted++
        await route.continue()
        return
      }
      opened.asked.push(route.request().url())
      await opened.answer(route)
    })
    await page.goto(await addressWith(hour))
    await play(page)
    await page.waitForFunction(() => {
      const video = document.querySelector('video')
      return (
        (video?.currentTime ?? 0) > 0 &&
        (video?.buffered.length ?? 0) > 0 &&
        (video?.buffered.end(0) ?? 0) >= 7
      )
    })
    return opened
  }

  const play = async (page: Page): Promise<void> => {
    await page.locator('video').waitFor({ timeout: 60_000 })
    await page.evaluate(() => {
      const video = document.querySelector('video') as HTMLVideoElement
      video.muted = true
      video.defaultPlaybackRate = 8
      video.playbackRate = 8
      return video.play()
    })
  }

  const stateOf = (page: Page) =>
    page.evaluate(() => {
      const { currentTime, paused, buffered } = document.querySelector('video') as HTMLVideoElement
      return { currentTime, paused, end: buffered.length > 0 ? buffered.end(0) : 0 }
    })

  const never = () => new Promise<void>(() => {})
  const expired = { status: 403, contentType: 'application/json', body: '{"type":"invalid"}' }

  it('plays out what it has when its link ends, says so in words, keeps the position, and asks no more', async () => {
    const opened = await open(never)
    const { page, asked } = opened
    await page.clock.fastForward(hour * 1000 + 5000)
    const before = asked.length
    const words = page.getByText('This link has expired')
    await words.waitFor()
    const { currentTime, paused, end } = await stateOf(page)
    expect(paused).to.equal(true)
    expect(currentTime).to.be.closeTo(end, 0.4)

    // A viewer who tries to go on, and time that goes by.
    await page.evaluate(() => {
      const video = document.querySelector('video') as HTMLVideoElement
      video.currentTime = 50
      video.currentTime = 6.5
      return video.play().catch(() => {})
    })
    for (let i = 0; i < 20; i++) await page.clock.fastForward(60_000)
    await words.waitFor()
    expect(asked.length).to.equal(before)

    // The same film by a new link.
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.goto(await addressWith(2 * hour))
    await play(page)
    await page.waitForFunction(() => (document.querySelector('video')?.played.length ?? 0) > 0)
    expect(await page.evaluate(() => document.querySelector('video')?.played.start(0))).to.be.above(6)
    await page.context().close()
  })

  it('asks no more when the server has refused it once', async () => {
    const { page, asked } = await open((route) => route.fulfill(expired))
    await page.getByText('This link does not open this any more').waitFor()
    const before = asked.length
    for (let i = 0; i < 20; i++) await page.clock.fastForward(60_000)
    expect(asked.length).to.equal(before)
    // One request of pictures and one of sound may be under way at once.
    expect(before).to.be.at.most(2)
    await page.context().close()
  })

  it('tries a server that is gone a few times, ever later, and then when the viewer wants it to', async () => {
    const opened = await open((route) => route.abort())
    const { page, asked } = opened
    const words = page.getByText('Press play to try again')
    for (let i = 0; i < 200 && !(await words.isVisible()); i++) await page.clock.fastForward(5000)
    await words.waitFor()
    const before = asked.length
    expect(before).to.be.within(3, 100)
    for (let i = 0; i < 20; i++) await page.clock.fastForward(60_000)
    expect(asked.length).to.equal(before)

    opened.answer = (route) => route.continue()
    await play(page)
    await page.waitForFunction(() => document.querySelector('video')?.ended, undefined)
    await page.context().close()
  })

  /** As in Safari of older iPhones, where the browser's own HLS is all there is. */
  const takeAwayMediaSource = () => {
    for (const name of ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource'])
      Reflect.deleteProperty(globalThis, name)
  }
  const isNative = (page: Page) =>
    page.evaluate(() => document.querySelector('video')?.src.includes('mobile.m3u8'))
  const keptOf = (page: Page) =>
    page.evaluate((uid) => Number(localStorage.getItem(`larder:position:${uid}`)), film.uid)

  it("by the browser's own HLS says that the link has expired, and goes on from there with a new one", async () => {
    let refuse = () => {}
    const end = new Promise<void>((resolve) => {
      refuse = resolve
    })
    const { page } = await open((route) => end.then(() => route.fulfill(expired)), takeAwayMediaSource)
    expect(await isNative(page)).to.equal(true)
    await page.clock.fastForward(hour * 1000 + 5000)
    refuse()
    await page.getByText('This link has expired').waitFor()
    const kept = await keptOf(page)
    expect(kept).to.be.above(0)

    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.goto(await addressWith(2 * hour))
    await play(page)
    await page.waitForFunction(() => (document.querySelector('video')?.played.length ?? 0) > 0)
    expect(await page.evaluate(() => document.querySelector('video')?.played.start(0))).to.be.closeTo(kept, 1)
    await page.context().close()
  })

  it("by the browser's own HLS says that the server refuses it, or that it is gone", async () => {
    for (const [answer, words] of [
      [(route: Route) => route.fulfill(expired), 'This link does not open this any more'],
      [(route: Route) => route.abort(), 'The server cannot be reached'],
    ] as const) {
      let begin = () => {}
      const end = new Promise<void>((resolve) => {
        begin = resolve
      })
      const { page } = await open((route) => end.then(() => answer(route)), takeAwayMediaSource)
      await page.route(/mobile\.m3u8/, answer)
      begin()
      await page.getByText(words).waitFor()
      expect(await keptOf(page)).to.be.above(0)
      await page.context().close()
    }
  })
})
