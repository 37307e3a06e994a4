import { expect } from 'chai'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { TE } from '../../src/fp.ts'
import { aContentExportUid, anImageFileUid } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import { bearer, createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'

type Asked = { readonly path: string; readonly init?: RequestInit }

/**
 * A case for each row of http-api.md §1.4 that read routes can cause, on servers that are healthy, down or
 * broken.
 */
describe('errors (§1.4)', () => {
  let whole: TestServer
  let down: TestServer
  let image: SeededImage
  let cases: ReadonlyArray<
    Asked & {
      readonly server: TestServer
      readonly status: number
      readonly type: string
      readonly headers?: Readonly<Record<string, string>>
    }
  >

  before(async () => {
    const larder = await createMemoryLarder()
    const failing = TE.left(unavailable('database')(new Error('connect ECONNREFUSED 10.1.2.3:5432')))
    whole = await listen(larder)
    down = await listen(
      await createMemoryLarder({
        tokens: larder.tokens,
        imageFiles: {
          ...larder.imageFiles,
          listExports: () => failing,
          findExport: () => {
            throw new Error('a bug at /src/secret.ts')
          },
        },
      }),
    )
    image = await seedImage(larder)
    const missing = await seedImage(larder)
    await right(larder.store.delete(missing.exports[0]?.file.key ?? ''))
    const empty = anImageFileUid()
    const nothing = await right(larder.tokens.mint('image', empty, 60))

    const images = '/api/1/image_files'
    const bytes = `${images}/image/${image.exports[0]?.uid}.webp`
    const server = whole
    cases = [
      {
        server,
        path: `${images}/playlist/${image.uid}`,
        status: 401,
        type: 'not_set',
        headers: { 'www-authenticate': 'Bearer' },
      },
      {
        server,
        path: bytes,
        init: { headers: { authorization: 'Basic eDp5' } },
        status: 401,
        type: 'bad_format',
        headers: { 'www-authenticate': 'Bearer' },
      },
      { server, path: `${bytes}?jwt=x`, status: 403, type: 'invalid' },
      {
        server,
        path: `/api/1/content_files/exports/${aContentExportUid()}.m3u8`,
        init: bearer(image.jwt),
        status: 403,
        type: 'invalid',
      },
      { server, path: `${images}/playlist/${empty}?jwt=${nothing}`, status: 404, type: 'not_found' },
      { server, path: '/api/1/nowhere', status: 404, type: 'not_found' },
      { server, path: '/%E0%A4%A', status: 404, type: 'not_found' },
      {
        server,
        path: bytes,
        init: { method: 'POST' },
        status: 405,
        type: 'method_not_allowed',
        headers: { allow: 'HEAD, GET, OPTIONS' },
      },
      {
        server,
        path: `${bytes}?jwt=${image.jwt}`,
        init: { headers: { 'if-match': '"another"' } },
        status: 412,
        type: 'precondition_failed',
      },
      {
        server,
        path: `${bytes}?jwt=${image.jwt}`,
        init: { headers: { range: 'bytes=9999-' } },
        status: 416,
        type: 'range_not_satisfiable',
        headers: { 'content-range': `bytes */${image.exports[0]?.file.size}` },
      },
      {
        server,
        path: `${images}/playlist/${image.uid}?jwt=${image.jwt}&presign=maybe`,
        status: 422,
        type: 'unprocessable',
      },
      {
        server,
        path: `${images}/image/${missing.exports[0]?.uid}.webp?jwt=${missing.jwt}`,
        status: 502,
        type: 'bad_origin',
      },
      {
        server: down,
        path: `${images}/playlist/${image.uid}?jwt=${image.jwt}`,
        status: 503,
        type: 'unavailable',
        headers: { 'retry-after': '2' },
      },
      { server: down, path: `${bytes}?jwt=${image.jwt}`, status: 500, type: 'internal' },
    ]
  })
  after(async () => {
    await whole.close()
    await down.close()
  })

  const send = ({ server, path, init }: (typeof cases)[number], more: RequestInit = {}) =>
    server.get(path, {
      ...init,
      ...more,
      headers: {
        ...Object.fromEntries(new Headers(init?.headers)),
        ...Object.fromEntries(new Headers(more.headers)),
      },
    })

  it('have the status, the type and the headers of the table', async () => {
    for (const row of cases) {
      const response = await send(row)
      expect(response.status, row.path).to.equal(row.status)
      expect(response.headers.get('content-type')).to.equal('application/json; charset=utf-8')
      expect(response.headers.get('cache-control')).to.equal('no-store')
      expect(response.headers.get('referrer-policy')).to.equal('no-referrer')
      for (const [name, value] of Object.entries(row.headers ?? {}))
        expect(response.headers.get(name), row.path).to.equal(value)
      const body = (await response.json()) as Record<string, unknown>
      expect(body).to.have.all.keys('type', 'message', 'markdown', ...(row.status === 422 ? ['detail'] : []))
      expect(body.type, row.path).to.equal(row.type)
      expect(body.markdown).to.equal(body.message)
    }
  })

  it('are RFC 9457 problems for clients that prefer them, with the same type', async () => {
    for (const row of cases) {
      const response = await send(row, {
        headers: { accept: 'application/json;q=0.5, application/problem+json' },
      })
      expect(response.status, row.path).to.equal(row.status)
      expect(response.headers.get('content-type')).to.equal('application/problem+json')
      for (const [name, value] of Object.entries(row.headers ?? {}))
        expect(response.headers.get(name), row.path).to.equal(value)
      const body = (await response.json()) as Record<string, unknown>
      expect(body).to.have.all.keys('type', 'title', 'status', ...(row.status === 422 ? ['errors'] : []))
      expect(String(body.type).split('/').at(-1)).to.equal(row.type)
      expect(body.status).to.equal(row.status)
    }
  })

  it('are unchanged for clients that accept both', async () => {
    for (const accept of [
      '*/*',
      'application/json, application/problem+json',
      'application/problem+json;q=0',
    ])
      for (const row of cases.slice(0, 3))
        expect((await send(row, { headers: { accept } })).headers.get('content-type')).to.match(
          /^application\/json/,
        )
  })

  it('have the same headers and no body for HEAD', async () => {
    const reading = cases.filter(({ init, status }) => init?.method === undefined && status !== 502)
    for (const row of reading) {
      const get = await send(row)
      const head = await send(row, { method: 'HEAD' })
      expect(head.status, row.path).to.equal(row.status)
      expect(await head.text()).to.equal('')
      for (const name of [
        'content-type',
        'content-length',
        'cache-control',
        'www-authenticate',
        'retry-after',
      ])
        expect(head.headers.get(name), `${name} of ${row.path}`).to.equal(get.headers.get(name))
    }
  })

  it('never reveal a stack trace, a path, an address or a token', async () => {
    for (const accept of ['*/*', 'application/problem+json'])
      for (const row of cases) {
        const text = await (await send(row, { headers: { accept } })).text()
        expect(text).not.to.match(/ECONNREFUSED|10\.1\.2\.3|secret|\.ts|s3_files|eyJ/)
      }
  })
})
