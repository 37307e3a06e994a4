import { expect } from 'chai'
import type { Browser, Page, Route } from 'playwright-core'
import { launchChromium } from './support/launch-chromium.ts'
import { type ServedFilm, serveFilm } from './support/served-film.ts'

const hour = 3600

/**
 * Tests a token that expires, or a server that stops, during a film. The test controls the clock of the page.
 */
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
    /** URLs of parts that were requested after the film has begun to play. */
    readonly requested: string[]
    /** Replies to requests for later parts. A test may replace it. */
    answer: (route: Route) => Promise<void>
  }

  const addressWith = async (seconds: number): Promise<string> => {
    const jwt = await film.tokenFor('--ttl', String(seconds))
    return `${new URL(film.addressOf('mobile.m3u8', 'path').url).origin}/console/watch/${film.uid}?jwt=${jwt}`
  }

  /**
   * Plays the first parts of the film, at least two of video and two of audio. `later` replies to requests
   * for the other parts.
   */
  const open = async (
    later: Opened['answer'],
    {
      prepare = [],
      parts = 5,
    }: { readonly prepare?: ReadonlyArray<() => void>; readonly parts?: number } = {},
  ): Promise<Opened> => {
    const page = await (await browser.newContext()).newPage()
    page.setDefaultTimeout(110_000)
    for (const script of prepare) await page.addInitScript(script)
    await page.clock.install()
    const opened: Opened = { page, requested: [], answer: later }
    let admitted = 0
    await page.route(/\/parts\/.*\.m4s/, async (route) => {
      if (admitted < parts) {
        admitted++
        await route.continue()
        return
      }
      opened.requested.push(route.request().url())
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

  it('plays its buffer when its link expires, reports this, keeps the position, and sends no more requests', async () => {
    const opened = await open(never)
    const { page, requested } = opened
    await page.clock.fastForward(hour * 1000 + 5000)
    const before = requested.length
    const words = page.getByText('This link has expired')
    await words.waitFor()
    const { currentTime, paused, end } = await stateOf(page)
    expect(paused).to.equal(true)
    expect(currentTime).to.be.closeTo(end, 0.4)

    // The viewer tries to continue, and time passes.
    await page.evaluate(() => {
      const video = document.querySelector('video') as HTMLVideoElement
      video.currentTime = 50
      video.currentTime = 6.5
      return video.play().catch(() => {})
    })
    for (let i = 0; i < 20; i++) await page.clock.fastForward(60_000)
    await words.waitFor()
    expect(requested.length).to.equal(before)

    // The page is opened with a new link to the same film.
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.goto(await addressWith(2 * hour))
    await play(page)
    await page.waitForFunction(() => (document.querySelector('video')?.played.length ?? 0) > 0)
    expect(await page.evaluate(() => document.querySelector('video')?.played.start(0))).to.be.above(6)
    await page.context().close()
  })

  it('sends no more requests after the server refused one', async () => {
    const { page, requested } = await open((route) => route.fulfill(expired))
    await page.getByText('This link no longer opens this file').waitFor()
    const before = requested.length
    for (let i = 0; i < 20; i++) await page.clock.fastForward(60_000)
    expect(requested.length).to.equal(before)
    // One request for video and one for audio may run at the same time.
    expect(before).to.be.at.most(2)
    await page.context().close()
  })

  it('retries a few times with growing delays if the server is unreachable, and then only when the viewer presses play', async () => {
    const opened = await open((route) => route.abort())
    const { page, requested } = opened
    const words = page.getByText('Press play to try again')
    for (let i = 0; i < 200 && !(await words.isVisible()); i++) await page.clock.fastForward(5000)
    await words.waitFor()
    const before = requested.length
    expect(before).to.be.within(3, 100)
    for (let i = 0; i < 20; i++) await page.clock.fastForward(60_000)
    expect(requested.length).to.equal(before)

    opened.answer = (route) => route.continue()
    await play(page)
    await page.waitForFunction(() => document.querySelector('video')?.ended, undefined)
    await page.context().close()
  })

  /** Simulates Safari of older iPhones, which can play HLS only with the browser's own player. */
  const removeMediaSource = () => {
    for (const name of ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource'])
      Reflect.deleteProperty(globalThis, name)
  }
  /**
   * Requests up to ten parts: Chromium's own HLS player requests parts again when it switches to another
   * size.
   */
  const native = { prepare: [removeMediaSource], parts: 10 }
  const isNative = (page: Page) =>
    page.evaluate(() => document.querySelector('video')?.src.includes('mobile.m3u8'))
  const storedPosition = (page: Page) =>
    page.evaluate((uid) => Number(localStorage.getItem(`larder:position:${uid}`)), film.uid)

  it("with the browser's own HLS reports that the link has expired, and continues there with a new link", async () => {
    let refuse = () => {}
    const end = new Promise<void>((resolve) => {
      refuse = resolve
    })
    const { page } = await open((route) => end.then(() => route.fulfill(expired)), native)
    expect(await isNative(page)).to.equal(true)
    await page.clock.fastForward(hour * 1000 + 5000)
    refuse()
    await page.getByText('This link has expired').waitFor()
    const position = await storedPosition(page)
    expect(position).to.be.above(0)

    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.goto(await addressWith(2 * hour))
    await play(page)
    await page.waitForFunction(() => (document.querySelector('video')?.played.length ?? 0) > 0)
    expect(await page.evaluate(() => document.querySelector('video')?.played.start(0))).to.be.closeTo(
      position,
      1,
    )
    await page.context().close()
  })

  it("with the browser's own HLS stores the position of a failure that comes before the first timeupdate", async () => {
    const withholdTimeUpdates = () =>
      addEventListener('timeupdate', (event) => event.stopImmediatePropagation(), { capture: true })
    const prepare = [...native.prepare, withholdTimeUpdates]
    const { page } = await open((route) => route.fulfill(expired), { ...native, prepare })
    await page.route(/mobile\.m3u8/, (route) => route.fulfill(expired))
    await page.getByText('This link no longer opens this file').waitFor()
    expect(await storedPosition(page)).to.be.above(0)
    await page.context().close()
  })

  it("with the browser's own HLS distinguishes a refused link from an unreachable server", async () => {
    for (const [answer, words] of [
      [(route: Route) => route.fulfill(expired), 'This link no longer opens this file'],
      [(route: Route) => route.abort(), 'The server cannot be reached'],
    ] as const) {
      let begin = () => {}
      const end = new Promise<void>((resolve) => {
        begin = resolve
      })
      const { page } = await open((route) => end.then(() => answer(route)), native)
      await page.route(/mobile\.m3u8/, answer)
      begin()
      await page.getByText(words).waitFor()
      expect(await storedPosition(page)).to.be.above(0)
      await page.context().close()
    }
  })
})
