import { expect } from 'chai'
import type { Larder } from '../../src/composition/larder.ts'
import type { ImageFileUid } from '../../src/domain/media/ids.ts'
import type { NewImageExport } from '../../src/domain/media/image-export.ts'
import { aNewFileJob, aNewImageExport, aNewImageFile, anImageFileUid } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { storeBytes } from '../support/library.ts'
import { bearer, createMemoryLarder, listen, publicUrl, type TestServer } from '../support/memory-larder.ts'

/**
 * Headers of the representation, without headers of the connection and Cache-Status, which replies to HEAD
 * lack.
 */
const about = ({ headers }: Response) =>
  [...headers].filter(([name]) => !['date', 'connection', 'keep-alive', 'cache-status'].includes(name))

const widths = [200, 400, 800] as const

describe('GET /api/1/image_files/{if}/best (§4.4)', () => {
  let larder: Larder
  let server: TestServer
  let uid: ImageFileUid
  let jwt: string
  let exports: ReadonlyArray<NewImageExport>

  const seed = async (formats: ReadonlyArray<string>) => {
    const file = aNewImageFile()
    await right(larder.imageFiles.add(file, aNewFileJob()))
    const images = formats.flatMap((format) =>
      widths.map(async (width) => {
        const bytes = Buffer.from(`${format} of ${width}`)
        const stored = await storeBytes(larder, bytes, `image/${format}`)
        return aNewImageExport({ format, width, height: width / 2, file: stored })
      }),
    )
    exports = await Promise.all(images)
    await right(larder.imageFiles.addExports(file.uid, exports, null))
    return file.uid
  }

  before(async () => {
    larder = await createMemoryLarder()
    server = await listen(larder)
    uid = await seed(['avif', 'jpeg', 'webp'])
    jwt = await right(larder.tokens.mint('image', uid, 1800))
  })
  after(() => server.close())

  const send = (query = '', headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    server.get(`/api/1/image_files/${uid}/best${query}`, {
      method,
      headers: { authorization: `bearer ${jwt}`, ...headers },
    })
  const best = async (query = '', headers: Readonly<Record<string, string>> = {}) =>
    (await send(query, headers)).text()

  it('selects the best format that Accept allows', async () => {
    expect(await best('?w=100', { accept: 'image/avif,image/webp,*/*' })).to.equal('avif of 200')
    expect(await best('?w=100', { accept: 'image/webp,*/*;q=0.8' })).to.equal('webp of 200')
    expect(await best('?w=100', { accept: 'image/jpeg' })).to.equal('jpeg of 200')
    expect(await best('?w=100', { accept: 'image/avif;q=0.5,image/webp' })).to.equal('webp of 200')
    expect(await best('?w=100&fmt=jpeg', { accept: 'image/avif' })).to.equal('jpeg of 200')
  })

  it('serves the most widely supported format to a client that accepts none of the existing formats', async () =>
    expect(await best('?w=100', { accept: 'text/html' })).to.equal('jpeg of 200'))

  it('[V32] sends no AVIF to clients that do not name it', async () => {
    for (const accept of [
      '*/*',
      'image/*',
      'image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
      'text/html,*/*',
    ])
      expect(await best('?w=100', { accept }), accept).to.equal('jpeg of 200')
  })

  it('[V32] accepts jpg as an alias of jpeg', async () =>
    expect(await best('?w=100&fmt=jpg', { accept: 'image/avif' })).to.equal('jpeg of 200'))

  it('[V34] selects the best format that covers the size', async () => {
    const file = aNewImageFile()
    await right(larder.imageFiles.add(file, aNewFileJob()))
    const images = await Promise.all(
      (
        [
          ['avif', 400],
          ['webp', 400],
          ['webp', 800],
          ['jpeg', 1600],
        ] as const
      ).map(async ([format, width]) => {
        const stored = await storeBytes(larder, Buffer.from(`${format} of ${width}`), `image/${format}`)
        return aNewImageExport({ format, width, height: width / 2, file: stored })
      }),
    )
    await right(larder.imageFiles.addExports(file.uid, images, null))
    const token = await right(larder.tokens.mint('image', file.uid, 1800))
    const chosen = async (query: string, accept: string) => {
      const headers = { authorization: `bearer ${token}`, accept }
      return (await server.get(`/api/1/image_files/${file.uid}/best${query}`, { headers })).text()
    }
    const browser = 'image/avif,image/webp,*/*;q=0.8'
    expect(await chosen('?w=400', browser)).to.equal('avif of 400')
    expect(await chosen('?w=401', browser)).to.equal('webp of 800')
    expect(await chosen('?w=1000', browser)).to.equal('jpeg of 1600')
    expect(await chosen('?w=1000', 'image/avif,image/webp'), 'never what is not taken').to.equal(
      'avif of 400',
    )
    expect(await chosen('?w=9000', browser), 'nothing covers it').to.equal('avif of 400')
  })

  it('selects the smallest export that covers the size, else the largest', async () => {
    const accept = 'image/webp'
    expect(await best('?w=200', { accept })).to.equal('webp of 200')
    expect(await best('?w=200.5', { accept })).to.equal('webp of 400')
    expect(await best('?h=101', { accept })).to.equal('webp of 400')
    expect(await best('?w=100&h=300', { accept })).to.equal('webp of 800')
    expect(await best('?w=200&dpr=2', { accept })).to.equal('webp of 400')
    expect(await best('?w=5000', { accept })).to.equal('webp of 800')
    expect(await best('', { accept })).to.equal('webp of 800')
  })

  it('uses client hints only for parameters that are missing', async () => {
    const accept = 'image/webp'
    expect(await best('?w=200', { accept, 'sec-ch-dpr': '2.0' })).to.equal('webp of 400')
    expect(await best('?w=200&dpr=1', { accept, 'sec-ch-dpr': '2.0' })).to.equal('webp of 200')
    expect(await best('?w=200', { accept, 'sec-ch-dpr': '2.0', 'save-data': 'on' })).to.equal('webp of 200')
    expect(await best('', { accept, 'sec-ch-width': '300' })).to.equal('webp of 400')
    expect(await best('', { accept, 'sec-ch-width': '400', 'sec-ch-dpr': '2' })).to.equal('webp of 400')
    expect(await best('?w=100', { accept, 'sec-ch-width': '400' })).to.equal('webp of 200')
    expect(await best('?w=200', { accept, 'sec-ch-dpr': 'wide' })).to.equal('webp of 200')
  })

  it('declares the headers that affect the selection, the supported hints, and the selected export', async () => {
    const response = await send('?w=200', { accept: 'image/webp' })
    expect(response.headers.get('vary')).to.equal('Authorization, Accept, Sec-CH-DPR, Save-Data')
    expect(response.headers.get('accept-ch')).to.equal('Sec-CH-DPR, Sec-CH-Width')
    expect((await send('?w=200&dpr=1')).headers.get('vary')).to.equal('Authorization, Accept')
    expect((await send('?w=200&fmt=webp')).headers.get('vary')).to.equal(
      'Authorization, Sec-CH-DPR, Save-Data',
    )
    expect((await send('?w=200&dpr=1&fmt=webp')).headers.get('vary')).to.equal('Authorization')
    expect((await send()).headers.get('vary')).to.equal(
      'Authorization, Accept, Sec-CH-DPR, Sec-CH-Width, Save-Data',
    )
    const chosen = exports.find(({ format, width }) => format === 'webp' && width === 200)
    const location = response.headers.get('content-location') ?? ''
    expect(location).to.equal(`/api/1/image_files/image/${chosen?.uid}.webp`)
    const own = await server.get(new URL(location, publicUrl).pathname, bearer(jwt))
    expect(await own.text()).to.equal(await response.text())
    expect(own.headers.get('etag')).to.equal(response.headers.get('etag'))
  })

  it('is fresh as long as a list of exports is, not for ever as an export is', async () =>
    expect((await send()).headers.get('cache-control')).to.match(/^private, max-age=30,/))

  it('supports HEAD, ranges and conditions as all byte routes do (§6)', async () => {
    const get = await send('?w=100&fmt=webp')
    const etag = get.headers.get('etag') ?? ''
    const head = await send('?w=100&fmt=webp', {}, 'HEAD')
    expect(about(head)).to.deep.equal(about(get))
    const range = await send('?w=100&fmt=webp', { range: 'bytes=0-3' })
    expect(range.status).to.equal(206)
    expect(await range.text()).to.equal('webp')
    const same = await send('?w=100&fmt=webp', { 'if-none-match': etag })
    expect(same.status).to.equal(304)
    expect(same.headers.get('vary')).to.equal(get.headers.get('vary'))
    expect((await send('?w=100&fmt=webp', { range: 'bytes=99-' })).status).to.equal(416)
  })

  it('lists every fault of a query (§1.4)', async () => {
    const response = await send('?w=0&h=x&dpr=17&fmt=gif')
    expect(response.status).to.equal(422)
    const { detail } = (await response.json()) as { detail: ReadonlyArray<{ loc: ReadonlyArray<string> }> }
    expect(detail.map(({ loc }) => loc[1])).to.deep.equal(['w', 'h', 'dpr', 'fmt'])
  })

  it('is 404 for a format without exports', async () => expect((await send('?fmt=svg')).status).to.equal(404))

  it('needs no token for a public image, and otherwise reveals only that a token is required', async () => {
    const path = `/api/1/image_files/${uid}/best`
    expect((await server.get(path)).status).to.equal(401)
    expect((await server.get(`/api/1/image_files/${anImageFileUid()}/best`)).status).to.equal(401)
    const open = await seed(['webp'])
    await right(larder.imageFiles.setPublic(open, true))
    const response = await server.get(`/api/1/image_files/${open}/best?w=300`)
    expect(await response.text()).to.equal('webp of 400')
    expect(response.headers.get('cache-control')).to.equal('public, max-age=30, stale-while-revalidate=30')
  })

  it('is forbidden with the token of another image', async () => {
    const response = await server.get(`/api/1/image_files/${anImageFileUid()}/best`, bearer(jwt))
    expect(response.status).to.equal(403)
  })
})
