import { existsSync } from 'node:fs'
import { expect } from 'chai'
import { SignJWT } from 'jose'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { TE } from '../../src/fp.ts'
import { homePageCommands, homePageDocuments } from '../../src/http/pages/home-page.ts'
import { aContentFileUid, anImageFileUid } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import {
  createMemoryLarder,
  createStandingClock,
  listen,
  type TestServer,
  testKeys,
} from '../support/memory-larder.ts'
import { runLarder } from '../support/run-larder.ts'

/** The Accept header that Chromium and Firefox send when they navigate. */
const browser = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
}

describe('pages for people (§13.6)', () => {
  const { clock, advance } = createStandingClock()
  const down = TE.left(unavailable('database')(new Error('connect ECONNREFUSED 10.1.2.3:5432')))
  let server: TestServer
  let image: SeededImage
  let foreign: SeededImage
  let expiredFilm: string
  let expiredImage: string
  const film = aContentFileUid()

  before(async () => {
    const larder = await createMemoryLarder({ clock })
    server = await listen(larder)
    expiredFilm = await right(larder.tokens.mint('content', film, 60))
    expiredImage = await right(larder.tokens.mint('image', anImageFileUid(), 60))
    advance(3600)
    image = await seedImage(larder)
    foreign = await seedImage(larder)
  })
  after(() => server.close())

  const open = async (path: string, init: RequestInit = {}) => {
    const response = await server.get(path, { ...init, headers: browser })
    return { response, status: response.status, text: await response.text() }
  }

  /** Expects that the page has no script and no user data. */
  const expectPage = ({ response, text }: Awaited<ReturnType<typeof open>>) => {
    expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8')
    expect(response.headers.get('cache-control')).to.equal('no-store')
    expect(response.headers.get('referrer-policy')).to.equal('no-referrer')
    const policy = response.headers.get('content-security-policy')
    expect(policy).to.match(/^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; /)
    expect(policy).not.to.match(/unsafe|script-src/)
    expect(text).to.match(/^<!doctype html>/)
    expect(text).not.to.match(/<script|eyJ|jwt=[^ ]|\{"/)
  }

  it('[V60] are at / and /console: purpose, readiness, commands and documents', async () => {
    for (const path of ['/', '/console']) {
      const home = await open(path)
      expect(home.status).to.equal(200)
      expectPage(home)
      expect(home.text).to.include('A media server').and.to.include('class="state ready"')
      for (const [name] of [...homePageCommands, ...homePageDocuments]) expect(home.text).to.include(name)
    }
  })

  it('[V60] report readiness', async () => {
    const degraded = await listen(await createMemoryLarder({ database: { migrate: down, check: down } }))
    const home = await (await degraded.get('/', { headers: browser })).text()
    expect(home)
      .to.include('class="state degraded"')
      .and.not.to.match(/ECONNREFUSED|10\.1/)
    await degraded.close()
  })

  it('[V60] list exactly the existing commands, and existing documents', async () => {
    const { out } = await runLarder(['help'], {})
    const usages = out.flatMap((line) => /^ {2}larder (\w+)/.exec(line)?.[1] ?? [])
    expect(homePageCommands.map(([name]) => name.split(' ')[1])).to.have.members(usages)
    for (const [name] of homePageDocuments) expect(existsSync(name), name).to.equal(true)
  })

  it('[V60] explain every refusal to a person in a browser', async () => {
    const damaged = `${image.jwt.slice(0, -6)}AAAAAA`
    const bytes = `/api/1/image_files/image/${image.exports[0]?.uid}.webp`
    for (const [path, status, words] of [
      [`/console/watch/${film}?jwt=${expiredFilm}`, 403, 'This link has expired'],
      [`/console/watch/${film}?jwt=${expiredImage}`, 403, 'This link has expired'],
      [`/api/1/content_files/${film}/mobile.m3u8?jwt=${expiredFilm}`, 403, 'This link has expired'],
      [`/console/watch/${image.uid}?jwt=${damaged}`, 403, 'This link is damaged'],
      [`/console/watch/${image.uid}?jwt=x`, 403, 'This link is damaged'],
      [`/console/watch/${image.uid}`, 401, 'A link is needed'],
      [bytes, 401, 'A link is needed'],
      [`/console/watch/${foreign.uid}?jwt=${image.jwt}`, 403, 'This link does not open this page'],
      [`/nowhere?jwt=${image.jwt}`, 404, 'There is nothing here'],
      [`/console/assets/none.js`, 404, 'There is nothing here'],
      [
        `/api/1/image_files/playlist/${image.uid}?jwt=${image.jwt}&presign=maybe`,
        422,
        'has an invalid value',
      ],
    ] as const) {
      const refused = await open(path)
      expect(refused.status, path).to.equal(status)
      expectPage(refused)
      expect(refused.text, path).to.include(words)
    }
    const posted = await open(bytes, { method: 'POST' })
    expect(posted.status).to.equal(405)
    expectPage(posted)
  })

  it('[V60] report an outage without its cause', async () => {
    const larder = await createMemoryLarder({ clock })
    const degraded = await listen(
      await createMemoryLarder({
        clock,
        tokens: larder.tokens,
        imageFiles: { ...larder.imageFiles, listExports: () => down },
      }),
    )
    const response = await degraded.get(`/api/1/image_files/playlist/${image.uid}?jwt=${image.jwt}`, {
      headers: browser,
    })
    expect(response.status).to.equal(503)
    expect(response.headers.get('retry-after')).to.equal('2')
    const text = await response.text()
    expect(text)
      .to.include('Not available at the moment')
      .and.not.to.match(/ECONNREFUSED|10\.1|database/)
    await degraded.close()
  })

  it('[V60] are identical for foreign and missing files (§2.5)', async () => {
    const pages = await Promise.all(
      [
        `/console/watch/${foreign.uid}?jwt=${image.jwt}`,
        `/console/watch/${anImageFileUid()}?jwt=${image.jwt}`,
        `/console/watch/no.uid?jwt=${image.jwt}`,
        `/api/1/image_files/image/${foreign.exports[0]?.uid}.webp?jwt=${image.jwt}`,
        `/api/1/image_files/image/none.webp?jwt=${image.jwt}`,
      ].map((path) => open(path)),
    )
    expect(new Set(pages.map(({ text }) => text)).size).to.equal(1)
    expect(new Set(pages.map(({ status }) => status))).to.deep.equal(new Set([403]))
  })

  it('[V60] report an expired token only if its signature is valid', async () => {
    const forged = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256', kid: testKeys.content.kid })
      .setSubject(film)
      .setIssuer('larder')
      .setAudience('larder-content')
      .setIssuedAt(1)
      .setExpirationTime(2)
      .sign(testKeys.image.material)
    expect((await open(`/console/watch/${film}?jwt=${forged}`)).text).to.include('This link is damaged')
  })

  it('[V60] contain no text of the URL', async () => {
    const evil = '%3Cscript%3Ealert(1)%3C/script%3E'
    for (const path of [
      `/${evil}?${evil}`,
      `/console/watch/${evil}?jwt=${evil}`,
      `/api/1/image_files/playlist/${image.uid}?jwt=${image.jwt}&presign=${evil}&${evil}=1`,
    ])
      expectPage(await open(path))
  })

  it('are only for browsers: scripts, players and programs get JSON (§1.4)', async () => {
    const path = `/console/watch/${film}?jwt=${expiredFilm}`
    for (const accept of [
      '*/*',
      'application/json',
      'application/json, text/html;q=0.9',
      'image/avif,image/webp,*/*;q=0.8',
      'text/html;q=0, */*',
    ]) {
      const response = await server.get(path, { headers: { accept } })
      expect(response.headers.get('content-type'), accept).to.equal('application/json; charset=utf-8')
      expect(await response.json()).to.include({ type: 'invalid', message: 'the token has expired' })
    }
  })
})
