import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { type Client, createClient } from '#larder-client'
import { launchChromium } from './support/launch-chromium.ts'
import { type ServedLibrary, serveLibrary } from './support/served-library.ts'

describe('the typed client in a page of another origin', () => {
  let library: ServedLibrary
  let browser: Browser
  let page: Page
  let admin: Client
  let film: string
  let minted = 0
  let pages: Server | undefined

  before(async () => {
    library = await serveLibrary()
    film = await library.add('test/media/bunny.mp4')
    await library.larder('admin', 'grant', 'ann')
    const { out } = await library.larder('admin', 'token', 'ann')
    admin = createClient({ baseUrl: library.base, token: out[0] ?? '' })
    browser = await launchChromium()
    page = await (await browser.newContext()).newPage()
    page.setDefaultTimeout(110_000)
    await page.exposeFunction('mintForFilm', async () => {
      minted += 1
      return (await admin.mintToken({ body: { uid: film, ttl_seconds: 3 } })).data.jwt
    })
    const { outputFiles } = await build({
      entryPoints: ['test/browser/pages/typed-client.ts'],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      write: false,
      logLevel: 'warning',
    })
    pages = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>A page</title>')
    })
    await once(pages.listen(0, '127.0.0.1'), 'listening')
    await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`)
    await page.addScriptTag({ type: 'module', content: outputFiles[0]?.text ?? '' })
    await page.waitForFunction(() => 'playFilm' in window)
  })
  after(async () => {
    await browser?.close()
    pages?.close()
    await library?.close()
  })

  it('uploads a picture with a ticket, tells its progress, and shows it', async () => {
    const { data } = await admin.issueUploadTicket({
      body: { max_bytes: 1_000_000, kinds: ['image'], view: true },
    })
    const picture = (await readFile('docs/watch.png')).toString('base64')
    const shown = await page.evaluate(([base, ticket, bytes]) => window.sendPicture(base, ticket, bytes), [
      library.base,
      data.ticket,
      picture,
    ] as const)
    expect(shown.width).to.be.at.least(400)
    expect(shown.calls).to.be.at.least(3)
  })

  it('plays a film to its end with tokens that are shorter than the film', async () => {
    const errors = await page.evaluate(([base, uid]) => window.playFilm(base, uid), [
      library.base,
      film,
    ] as const)
    expect(errors).to.deep.equal([])
    expect(minted).to.be.at.least(2)
  })
})
