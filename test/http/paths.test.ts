import { expect } from 'chai'
import { seedImage } from '../support/library.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'

describe('a path has exactly one reading [V8]', () => {
  let server: TestServer
  let uid: string
  let jwt: string
  before(async () => {
    const larder = await createMemoryLarder()
    const image = await seedImage(larder)
    uid = image.uid
    jwt = image.jwt
    server = await listen(larder)
  })
  after(() => server.close())

  const isShared = async (path: string, method = 'GET') => {
    const response = await server.get(path, { method, headers: { origin: 'https://elsewhere.example' } })
    return { status: response.status, isShared: response.headers.has('access-control-allow-origin') }
  }

  it('with exact letter case and slashes: any other spelling has no route', async () => {
    expect((await isShared(`/api/1/image_files/playlist/${uid}?jwt=${jwt}`)).status).to.equal(200)
    for (const path of [
      `/API/1/image_files/playlist/${uid}?jwt=${jwt}`,
      `/api/1/Image_files/playlist/${uid}?jwt=${jwt}`,
      `/api/1/image_files/PLAYLIST/${uid}?jwt=${jwt}`,
      `/api/1/image_files/playlist/${uid}/?jwt=${jwt}`,
      `/api/1//image_files/playlist/${uid}?jwt=${jwt}`,
      `/API/1/~${jwt}/image_files/playlist/${uid}`,
      `/api/1/~${jwt}/IMAGE_FILES/playlist/${uid}`,
      '/api/1/ADMIN/me',
      '/api/1/Admin/me',
      '/api/1/admin/me/',
      '/api/1/admin/ME',
      '/HEALTHZ',
      '/healthz/',
    ])
      expect(await isShared(path), path).to.deep.equal({ status: 404, isShared: false })
  })

  it('also for CORS: only media routes are shared with other origins, including their refusals', async () => {
    for (const path of [`/api/1/image_files/playlist/${uid}`, `/api/1/~a.b.c/image_files/playlist/${uid}`])
      for (const method of ['GET', 'OPTIONS'])
        expect((await isShared(path, method)).isShared, `${method} ${path}`).to.equal(true)
    for (const path of [
      '/api/1/admin/me',
      '/api/1/~a.b.c/admin/me',
      '/api/1/admin/cache',
      '/healthz',
      '/console',
    ])
      for (const method of ['GET', 'OPTIONS'])
        expect((await isShared(path, method)).isShared, `${method} ${path}`).to.equal(false)
  })
})
