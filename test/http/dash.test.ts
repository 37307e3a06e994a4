import { expect } from 'chai'
import type { Larder } from '../../src/composition/larder.ts'
import { O } from '../../src/fp.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import {
  aContentFileUid,
  aNewContentExport,
  aNewContentFile,
  aNewContentPart,
  aNewFileJob,
} from '../support/builders.ts'
import { cachedValue } from '../support/cached-value.ts'
import { right } from '../support/expect-right.ts'
import { type SeededLadder, seedLadder } from '../support/library.ts'
import { bearer, createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'

describe('GET /api/1/content_files/{cf}/dash.mpd (§5.8)', () => {
  let larder: Larder
  let server: TestServer
  let film: SeededLadder
  let jwt: string

  before(async () => {
    larder = await createMemoryLarder()
    server = await listen(larder)
    film = await seedLadder(larder)
    jwt = await right(larder.tokens.mint('content', film.uid, 1800))
  })
  after(() => server.close())

  /** Fetches all URLs of a manifest. They are resolved as a player does. */
  const fetchAll = async (
    path: string,
    init: RequestInit = {},
    initOfParts = init,
  ): Promise<ReadonlyArray<string>> => {
    const url = new URL(path, server.base)
    const manifest = await (await fetch(url, init)).text()
    const base = new URL(/<BaseURL>(.*)<\/BaseURL>/.exec(manifest)?.[1] ?? '', url)
    const uris = [...manifest.matchAll(/(?:media|sourceURL)="([^"]*)"/g)].map(([, uri = '']) => uri)
    return Promise.all(
      uris.map(async (uri) => {
        const response = await fetch(new URL(uri.replaceAll('&amp;', '&'), base), initOfParts)
        return response.status === 200 ? response.text() : `${response.status}`
      }),
    )
  }
  const bodies = ['high', 'low', 'sound'].flatMap((name) =>
    ['init', '0', '1', '2', '3'].map((part) => `${name} ${part}`),
  )

  it('is application/dash+xml, and leads to every byte with a token in any carrier', async () => {
    const path = `content_files/${film.uid}/dash.mpd`
    const response = await server.get(`/api/1/${path}`, bearer(jwt))
    expect(response.status).to.equal(200)
    expect(response.headers.get('content-type')).to.equal('application/dash+xml')
    expect(await fetchAll(`/api/1/${path}`, bearer(jwt))).to.have.members(bodies)
    expect(await fetchAll(`/api/1/${path}?jwt=${jwt}`)).to.have.members(bodies)
    expect(await fetchAll(`/api/1/~${jwt}/${path}`)).to.have.members(bodies)
    expect(await fetchAll(`/api/1/${path}?jwt=${jwt}&presign=0`)).to.have.members(bodies.map(() => '401'))
  })

  it('contains a token in its paths with presign=path, for every carrier (§3.2)', async () => {
    const path = `content_files/${film.uid}/dash.mpd?presign=path`
    const signed = await (await server.get(`/api/1/${path}`, bearer(jwt))).text()
    const [, own = ''] = /~([^/]+)\//.exec(signed) ?? []
    expect(own.split('.')).to.have.length(3)
    expect(own).not.to.equal(jwt)
    for (const [start, init] of [
      [`/api/1/${path}`, bearer(jwt)],
      [`/api/1/~x.y.z/${path}`, bearer(jwt)],
    ] as const)
      expect(await fetchAll(start, init, {})).to.have.members(bodies)
    expect(await fetchAll(`/api/1/${path}&jwt=${jwt}`)).to.have.members(bodies)
    expect(await fetchAll(`/api/1/~${jwt}/${path}`)).to.have.members(bodies)
  })

  it('does not define variables', async () => {
    const response = await server.get(`/api/1/content_files/${film.uid}/dash.mpd?jwt=${jwt}&presign=define`)
    expect(response.status).to.equal(422)
  })

  it('is cached unsigned and unrestricted, under its own key', async () => {
    await server.get(`/api/1/content_files/${film.uid}/dash.mpd?jwt=${jwt}`)
    const cached = await cachedValue(larder.cache, cacheKeys.dashManifest({ uid: film.uid }))
    if (O.isNone(cached)) return expect.fail('nothing is cached')
    expect(cached.value).not.to.include('jwt')
    expect(cached.value.match(/<Representation /g)).to.have.length(3)
  })

  it('is 404 for a video without CMAF exports, and for one without exports', async () => {
    const file = aNewContentFile()
    await right(larder.contentFiles.add(file, aNewFileJob()))
    const fileJwt = await right(larder.tokens.mint('content', file.uid, 60))
    const status = async () =>
      (await server.get(`/api/1/content_files/${file.uid}/dash.mpd?jwt=${fileJwt}`)).status
    expect(await status()).to.equal(404)
    const ts = aNewContentExport({ parts: [aNewContentPart({ contentType: 'video/mp2t' })] })
    await right(larder.contentFiles.addExports(file.uid, [ts], null))
    expect(await status()).to.equal(404)
  })

  it('is forbidden with the token of another file', async () => {
    const response = await server.get(`/api/1/content_files/${aContentFileUid()}/dash.mpd?jwt=${jwt}`)
    expect(response.status).to.equal(403)
  })
})
