import { expect } from 'chai'
import { right } from '../../support/expect-right.ts'
import {
  anonymousRequest,
  createTwinLarders,
  requestsByCarrier,
  type TwinLarders,
} from '../../support/twin-larders.ts'

const kinds = ['image', 'content'] as const

describe('replayed replies with public files', () => {
  let twins: TwinLarders
  beforeEach(async () => {
    twins = await createTwinLarders()
  })
  afterEach(() => twins.close())

  const publish = async (isPublic: boolean) => {
    for (const kind of kinds) await twins.setPublic(kind, isPublic)
  }

  it('[§5.10] serve every caller, of every route and coding, as long as the file is public', async () => {
    for (const coding of ['identity', 'gzip', 'br, gzip']) {
      const requests = twins.routes.map(({ path }) => ({
        ...anonymousRequest(path),
        headers: { 'accept-encoding': coding },
      }))
      for (const request of requests) expect((await twins.replayed(request)).status).to.equal(401)
      await publish(true)
      for (const request of requests) {
        await twins.warm(request)
        expect(await twins.isReplayed(request), request.path).to.equal(true)
        const { status, headers } = await twins.expectAlike(request)
        const caching = /parts|image_files.image/.test(request.path)
          ? 'public, max-age=3600'
          : 'public, max-age=30, stale-while-revalidate=30'
        expect([status, headers['cache-control']]).to.deep.equal([200, caching])
        for (const condition of [{ 'if-none-match': String(headers.etag) }, { 'if-none-match': '"other"' }]) {
          const conditional = { ...request, headers: { ...request.headers, ...condition } }
          expect(await twins.isReplayed(conditional), request.path).to.equal(true)
          await twins.expectAlike(conditional)
        }
      }
      await publish(false)
      for (const request of requests) expect((await twins.expectAlike(request)).status).to.equal(401)
    }
  })

  it('[§4.2] are never those to public=1, which have a new token each', async () => {
    await publish(true)
    const request = anonymousRequest(`image_files/playlist/${twins.image.uid}?public=1`)
    const tokens = new Set<unknown>()
    for (let n = 0; n < 4; n += 1) {
      const { status, headers } = await twins.replayed(request)
      expect([status, headers['cache-control']]).to.deep.equal([
        200,
        'private, max-age=30, stale-while-revalidate=300, stale-if-error=1800',
      ])
      tokens.add(headers['x-image-file-jwt'])
    }
    expect(tokens.size).to.equal(4)
    expect(await twins.isReplayed(request)).to.equal(false)
  })

  it('[§4.2] never serve a token for a public file once that is not public', async () => {
    await publish(true)
    const uids = { image: twins.image.uid, content: twins.film.uid }
    const jwts = { image: '', content: '' }
    for (const kind of kinds)
      jwts[kind] = await right(twins.larder.checkedTokens.mint(kind, uids[kind], 1800, {}, { pub: true }))
    const requests = twins.routes.flatMap(({ kind, path }) =>
      Object.values(requestsByCarrier).map((carry) => carry(path, jwts[kind])),
    )
    // Other viewers have stored replies meanwhile.
    for (const { kind, path } of twins.routes)
      await twins.warm(
        requestsByCarrier.path(path, await right(twins.larder.tokens.mint(kind, uids[kind], 1800))),
      )
    for (const request of requests)
      for (let n = 0; n < 3; n += 1) expect((await twins.expectAlike(request)).status).to.equal(200)
    await publish(false)
    for (const request of requests)
      expect((await twins.expectAlike(request)).status, request.path).to.equal(403)
  })
})
