import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findProgram } from '../../../src/adapters/sandbox/find-program.ts'
import type { Order } from '../pages/order.ts'
import type { Played } from '../pages/report.ts'
import { launchChromium } from '../support/launch-chromium.ts'
import type { PagesServer } from '../support/pages-server.ts'
import { runProcess } from '../support/run.ts'
import { durationFault, type Kind, type Player, type Task } from './player.ts'

/** Opens a page. Returns a function that closes it. */
type Open = (url: string) => Promise<() => Promise<void>>

export type WebBrowser = {
  readonly name: string
  readonly version: () => Promise<string | null>
  readonly open: Open
  readonly rate: number
  /** Whether the browser plays HLS without a JavaScript library. */
  readonly knowsHls: boolean
  readonly close?: () => Promise<void>
}

const timeoutMilliseconds = 240_000

const packageVersion = async (name: string): Promise<string> =>
  JSON.parse(await readFile(`node_modules/${name}/package.json`, 'utf8')).version

const packages: Partial<Record<Order['player'], string>> = {
  'hls.js': 'hls.js',
  Shaka: 'shaka-player',
  'dash.js': 'dashjs',
  'video.js': 'video.js',
  plyr: 'plyr',
}

const takes = (
  player: Order['player'],
  { knowsHls }: WebBrowser,
  { list }: Kind,
  mode: Task['mode'],
): boolean => {
  if (list === 'web.json') return player === 'the browser' && mode !== 'none'
  if (list === 'dash.mpd') return player === 'Shaka' || player === 'dash.js' || player === 'video.js'
  if (player === 'the browser') return knowsHls && mode !== 'none' && mode !== 'define'
  return player !== 'dash.js'
}

const faultOf = ({ error, playedSeconds, complaints }: Played, seconds: number): string | null =>
  error ?? complaints[0]?.slice(0, 100) ?? durationFault(seconds, playedSeconds)

/** Returns a player that runs on a page in a browser. */
export const webPlayer = (player: Order['player'], browser: WebBrowser, pages: PagesServer): Player => ({
  name: `${player === 'the browser' ? 'by itself' : player}, in ${browser.name}`,
  version: async () => {
    const version = await browser.version()
    const name = packages[player]
    return version === null || name === undefined ? version : `${await packageVersion(name)}, ${version}`
  },
  takes: (kind, mode) => takes(player, browser, kind, mode),
  play: async ({ url, jwt, seconds }) => {
    const order = pages.giveOrder({
      player,
      url,
      jwt,
      rate: browser.rate,
      muted: browser.name !== 'Chromium',
    })
    const close = await browser.open(order.url)
    const ended = new AbortController()
    const timeout = delay(timeoutMilliseconds, null, { signal: ended.signal }).catch(() => null)
    const played = await Promise.race([order.played, timeout])
    ended.abort()
    await close()
    return played === null ? 'does not come to an end' : faultOf(played, seconds)
  },
})

export const openChromium = async (): Promise<WebBrowser> => {
  const browser = await launchChromium()
  return {
    name: 'Chromium',
    version: async () => browser.version(),
    rate: 16,
    knowsHls: true,
    open: async (url) => {
      const page = await browser.newPage()
      await page.goto(url)
      return () => page.close()
    },
    close: () => browser.close(),
  }
}

const kill = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.pid === undefined) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-child.pid, 'SIGKILL')
  await exit
}

/**
 * Returns a browser program that opens an address, with a new process group and home folder for each page.
 */
const browserProgram = (
  name: string,
  program: string,
  args: (url: string, home: string) => ReadonlyArray<string>,
  rate: number,
  prepare: (home: string) => Promise<void> = async () => {},
): WebBrowser => ({
  name,
  version: async () => {
    if (findProgram(program) === null) return null
    const { out, err } = await runProcess(program, ['--version'])
    return /\d+(\.\d+)+\S*/.exec(out + err)?.[0] ?? 'of unknown version'
  },
  rate,
  knowsHls: false,
  open: async (url) => {
    const home = await mkdtemp(path.join(tmpdir(), 'larder-browser-'))
    await prepare(home)
    const env = Object.assign({}, process.env, { HOME: home, XDG_RUNTIME_DIR: home, NO_AT_BRIDGE: '1' })
    const child = spawn(program, args(url, home), { detached: true, stdio: 'ignore', env })
    return async () => {
      await kill(child)
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    }
  },
})

const firefoxSettings = `
user_pref("media.autoplay.default", 0);
user_pref("media.autoplay.blocking_policy", 0);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("app.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
`

export const firefox: WebBrowser = browserProgram(
  'Firefox ESR',
  'firefox-esr',
  (url, home) => ['--headless', '--no-remote', '--profile', home, url],
  4,
  (home) => writeFile(path.join(home, 'user.js'), firefoxSettings),
)

/** The engine of GNOME Web, run without a screen. */
export const webKit: WebBrowser = browserProgram(
  'WebKit (WPE)',
  'cog',
  (url) => ['--platform=headless', '--enable-media-stream=true', url],
  1,
)
