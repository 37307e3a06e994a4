import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { freePort } from '../support/free-port.ts'
import { launchChromium, openPage } from './support/launch-chromium.ts'

/** Opens the links that a start with an empty library prints, as its operator would. */
describe('the share pages of the samples', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'larder-browser-'))
  let env: NodeJS.ProcessEnv
  let server: ChildProcess
  let browser: Browser
  const links = new Map<string, string>()

  before(async () => {
    const port = await freePort()
    env = { ...process.env, PORT: String(port), DATA_DIR: dir, DATABASE_URL: '', SAMPLE_MEDIA: '1' }
    server = spawn(process.execPath, [path.resolve('dist/main.js'), 'serve'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: server.stdout ?? process.stdin })
    lines.on('line', (line) => {
      const [, kind, link] = /a (picture|film) +(http\S+)/.exec(line) ?? []
      if (kind !== undefined && link !== undefined) links.set(kind, link)
    })
    while (links.size < 2) await once(lines, 'line')
    browser = await launchChromium()
  })

  after(async () => {
    await browser?.close()
    if (server.kill('SIGTERM')) await once(server, 'exit')
    rmSync(dir, { recursive: true, force: true })
  })

  /** Mints a token, because the server prints to a pipe, so that its links have no token. */
  const tokenOf = async (link: string): Promise<string> => {
    const uid = new URL(link).pathname.split('/').at(-1) ?? ''
    const { stdout } = await promisify(execFile)(process.execPath, ['dist/main.js', 'token', uid], { env })
    return stdout.trim()
  }

  /** Opens the page and collects its errors. */
  const open = async (kind: string): Promise<{ page: Page; complaints: string[] }> => {
    // While a playlist does not exist yet, the page waits and gets 404. This is not an error.
    const { page, complaints } = await openPage(browser, (error) => !error.includes('404'))
    const link = links.get(kind)
    if (link === undefined) return expect.fail(`no link to a ${kind} was printed`)
    await page.goto(link.replace(/jwt=.*/, `jwt=${await tokenOf(link)}`))
    return { page, complaints }
  }

  it('show the best export of the picture for the window, over its thumbhash', async () => {
    const { page, complaints } = await open('picture')
    const best = page.locator('img.best.loaded')
    await best.waitFor({ timeout: 120_000 })
    const loaded = await best.evaluate((image: HTMLImageElement) => ({
      width: image.naturalWidth,
      src: image.src,
    }))
    expect(loaded.width).to.be.greaterThan(0)
    expect(loaded.src).to.match(/\.avif\?jwt=/)
    expect(await page.locator('.picture > img').count()).to.equal(2)
    expect(complaints).to.deep.equal([])
    await page.close()
  })

  it('show the progress until the exports of the film are made, and then play it', async () => {
    const { page, complaints } = await open('film')
    await page.getByText(/being made: \d+ %/).waitFor({ timeout: 60_000 })
    const video = page.locator('video')
    await video.waitFor({ timeout: 600_000 })
    await video.evaluate((element: HTMLVideoElement) => element.play())
    await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 3, undefined, {
      timeout: 60_000,
    })
    const state = await video.evaluate((element: HTMLVideoElement) => ({
      error: element.error?.message ?? null,
      width: element.videoWidth,
      duration: element.duration,
      heard: Number((element as { webkitAudioDecodedByteCount?: number }).webkitAudioDecodedByteCount),
    }))
    expect(state.error).to.equal(null)
    expect(state.width).to.be.greaterThan(0)
    expect(state.duration).to.be.closeTo(30, 0.2)
    expect(state.heard).to.be.greaterThan(0)
    expect(complaints).to.deep.equal([])
    await page.close()
  }).timeout(720_000)
})
