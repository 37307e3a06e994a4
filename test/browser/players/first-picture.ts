import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { expectTrueLists } from '../../support/naive/expect-true-lists.ts'
import type { NaiveMaster } from '../../support/naive/naive-hls.ts'
import { type CountingProxy, startCountingProxy } from '../support/counting-proxy.ts'
import { fetchOnce } from '../support/fetch-all.ts'
import { launchChromium, openPage } from '../support/launch-chromium.ts'
import { type PagesServer, servePages } from '../support/pages-server.ts'
import type { ServedFilm } from '../support/served-film.ts'

/**
 * The media that a player may load before the first frame, at the start variant's bandwidth (seconds). Its
 * first part lasts two.
 */
const mostSeconds = 2.5
/** The accepted number of bytes for playlists and init segments. */
const overheadBytes = 30_000

/**
 * [V50] Measures the bytes that a player needs before the first frame. The time would depend on the load of
 * this machine, but the bytes determine how long a viewer waits on any line.
 */
export const firstFrameTests = (film: () => ServedFilm): Mocha.Suite =>
  describe('before the first frame', () => {
    let browser: Browser
    let pages: PagesServer
    let proxy: CountingProxy
    let master: NaiveMaster
    const firsts = new Set<string>()

    before(async () => {
      const fetched = fetchOnce()
      const { url } = film().addressOf('mobile.m3u8', 'path')
      master = await expectTrueLists(
        { master: url, manifest: film().addressOf('dash.mpd', 'path').url },
        fetched,
      )
      for (const { partUrls } of listsOf(master)) firsts.add(new URL(partUrls[0] ?? '').pathname)
      // Only first parts get a reply, so that no playlist gets its second part.
      const isOther = (path: string) => /\/parts\/.*\.m4s/.test(path) && !firsts.has(path)
      proxy = await startCountingProxy(new URL(url).origin, (path) => !isOther(path))
      pages = await servePages({})
      browser = await launchChromium()
    })
    after(async () => {
      await browser?.close()
      await pages?.close()
      await proxy?.close()
    })

    const listsOf = ({ variants, sound }: NaiveMaster) => [
      ...variants.map(({ list }) => list),
      ...(sound === null ? [] : [sound]),
    ]
    const most = () => ((master.variants[0]?.bandwidth ?? 0) / 8) * mostSeconds + overheadBytes

    it('[V50] a reader of the first variant needs one part of two seconds', () => {
      const [start] = master.variants
      const firstParts = [start?.list, master.sound].map((list) => list?.timed[0])
      for (const part of firstParts) expect(part?.seconds).to.be.closeTo(2, 0.52)
      expect(firstParts.reduce((sum, part) => sum + (part?.bytes ?? 0), 0)).to.be.below(most())
    })

    for (const [player, list] of [
      ['hls.js', 'mobile.m3u8'],
      ['Shaka', 'mobile.m3u8'],
      ['Shaka', 'dash.mpd'],
      ['dash.js', 'dash.mpd'],
    ] as const)
      it(`[V50] ${player} needs no more than the first part of ${list}`, async () => {
        const { page } = await openPage(browser)
        const { url } = film().addressOf(list, 'path')
        const through = url.replace(new URL(url).origin, proxy.base)
        const before = proxy.bytes()
        await page.goto(pages.giveOrder({ player, url: through, jwt: null, rate: 1, muted: false }).url)
        await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2, undefined, {
          timeout: 110_000,
        })
        await page.close()
        expect(proxy.bytes()).to.be.above(before)
        expect(proxy.bytes() - before).to.be.below(most())
      })
  })
