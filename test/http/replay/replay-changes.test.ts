import { expect } from 'chai'
import fc from 'fast-check'
import { decodeJwt } from 'jose'
import type { PurgeTarget } from '../../../src/domain/freshness/purge-target.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import { right } from '../../support/expect-right.ts'
import {
  createTwinLarders,
  requestsByCarrier,
  type TwinLarders,
  withParameter,
} from '../../support/twin-larders.ts'

describe('replayed replies, while rights, revocations and purges change', () => {
  let twins: TwinLarders
  let tokenId = ''
  let viewers = 0

  beforeEach(async () => {
    // Both servers write the same tokens into replies.
    twins = await createTwinLarders(() => tokenId)
  })
  afterEach(() => twins.close())

  it('always equal those of the routes', async () => {
    const { image, film, larder } = twins
    const mint = async (kind: 'image' | 'content', pub: boolean): Promise<string> => {
      viewers += 1
      tokenId = `of viewer ${viewers}`
      const uid = kind === 'image' ? image.uid : film.uid
      const jwt = await right(larder.checkedTokens.mint(kind, uid, 1800, {}, { pub }))
      tokenId = 'of a reply'
      return jwt
    }
    const mintAll = async () => ({
      image: [await mint('image', false), await mint('image', true)],
      content: [await mint('content', false), await mint('content', true)],
    })
    let jwts = await mintAll()

    const targets: ReadonlyArray<PurgeTarget> = [
      { family: cacheKeys.imagePlaylist.template },
      { family: cacheKeys.imagePublic.template },
      { family: cacheKeys.contentPart.template },
      { uid: image.uid },
      { uid: film.uid },
      { uid: film.high.uid },
      { key: cacheKeys.vodPlaylist({ uid: film.high.uid }).name },
      ...image.exports.map(({ file }) => ({ key: cacheKeys.storedFile({ uid: file.uid }).name })),
    ]
    const changes = {
      revoke: async (kind: 'jti' | 'uid', of: 'image' | 'content', token: number) => {
        const { sub = '', jti = '' } = decodeJwt(jwts[of][token] ?? '')
        await right(larder.revocationService.revoke({ kind, subject: kind === 'jti' ? jti : sub }))
      },
      renew: async () => {
        jwts = await mintAll()
      },
      setPublic: async (isPublic: boolean) => {
        await right(larder.imageFiles.setPublic(image.uid, isPublic))
        // What the follower of the log does on each instance.
        await right(larder.cache.delete(cacheKeys.imagePublic({ uid: image.uid })))
      },
    }

    const change = fc.oneof(
      fc.record({ target: fc.constantFrom(...targets) }),
      fc.record({ isPublic: fc.boolean() }),
      fc.record({
        revoked: fc.constantFrom('jti', 'uid'),
        of: fc.constantFrom('image', 'content'),
        token: fc.nat(1),
      }),
      fc.constant('renew'),
    )
    const request = fc.record({
      route: fc.constantFrom(...twins.routes),
      carry: fc.constantFrom(...Object.values(requestsByCarrier), null),
      token: fc.nat(1),
      parameter: fc.constantFrom('', '', 'public=1', 'presign=query'),
    })
    const step = fc.oneof({ weight: 8, arbitrary: request }, { weight: 1, arbitrary: change })

    let replayed = 0
    const statuses = new Set<number | null>()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        await changes.renew()
        for (const one of steps) {
          if (one === 'renew') await changes.renew()
          else if ('target' in one) await right(larder.freshness.purge(one.target))
          else if ('isPublic' in one) await changes.setPublic(one.isPublic)
          else if ('revoked' in one) await changes.revoke(one.revoked, one.of, one.token)
          else {
            const { route, carry, token, parameter } = one
            const jwt = jwts[route.kind][token] ?? ''
            const plain = { path: `/api/1/${route.path}`, headers: {} }
            const sent = withParameter(carry === null ? plain : carry(route.path, jwt), parameter)
            const expected = await twins.routed(sent)
            statuses.add(expected.status)
            for (let n = 0; n < 2; n += 1) {
              if ((await twins.isReplayed(sent)) && expected.status === 200) replayed += 1
              expect(await twins.replayed(sent), sent.path).to.deep.equal(expected)
            }
          }
        }
      }),
      { numRuns: 20 },
    )
    expect(replayed).to.be.greaterThan(20)
    expect([...statuses]).to.include.members([200, 401, 403])
  })
})
