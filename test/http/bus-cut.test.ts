import { expect } from 'chai'
import { right } from '../support/expect-right.ts'
import { seedImage } from '../support/library.ts'
import { createMemoryLarder, listen } from '../support/memory-larder.ts'
import { servedRoutes } from '../support/served-routes.ts'

/**
 * Routes for admins and for people at a browser, uploads, health checks, and the API document. All other routes are for
 * viewers of media.
 */
const withoutMedia =
  /^[A-Z]+ \/(?:api\/1\/admin\/.*|api\/1\/uploads(?:\/.*)?|console\/assets\/.*|console|healthz|readyz|openapi\.json)?$/

describe('a process that does not hear of changes (§9.9)', () => {
  it('refuses every request for media and share pages with 503, also those whose reply could be replayed, and no other', async () => {
    const larder = await createMemoryLarder()
    let mayServe = true
    const server = await listen({
      ...larder,
      follower: { ...larder.follower, mayServeMedia: () => mayServe },
    })
    const { uid } = await seedImage(larder)
    const jwt = await right(larder.tokens.mint('image', uid, 60))
    const playlist = `/api/1/image_files/playlist/${uid}?jwt=${jwt}`
    for (let i = 0; i < 3; i += 1) expect((await server.get(playlist)).status).to.equal(200)
    mayServe = false
    expect((await server.get(playlist)).status).to.equal(503)
    const media = (await servedRoutes()).filter((route) => !withoutMedia.test(route))
    expect(media).to.have.length.above(9)
    for (const route of media) {
      const path = route.replace('GET ', '').replaceAll('{}', 'x')
      for (const each of [path, path.replace('/api/1/', '/api/1/~a.b.c/')]) {
        const { status, headers } = await server.get(each)
        expect([each, status, headers.get('retry-after')]).to.deep.equal([each, 503, '2'])
      }
    }
    for (const path of ['/healthz', '/readyz', '/']) expect((await server.get(path)).status).to.equal(200)
    expect((await server.get('/api/1/admin/me')).status).to.equal(401)
    mayServe = true
    expect((await server.get(playlist)).status).to.equal(200)
    await server.close()
  })
})
