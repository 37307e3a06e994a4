import { expect } from 'chai'
import fc from 'fast-check'
import type { MediaKind } from '../../src/domain/media/media-kind.ts'
import { right } from '../support/expect-right.ts'
import { createTwinLarders, requestsByCarrier, type TwinLarders } from '../support/twin-larders.ts'

describe('replayed replies of files that are deleted, taken down and restored [V1]', () => {
  let twins: TwinLarders
  beforeEach(async () => {
    twins = await createTwinLarders(() => 'the same id every time')
  })
  afterEach(() => twins.close())

  const uidOf = (kind: MediaKind): string => (kind === 'image' ? twins.image.uid : twins.film.uid)

  it('are those of the routes, whatever was done before', async () => {
    const { trashService, trashSweep, checkedTokens } = twins.larder
    await right(twins.larder.imageFiles.setPublic(twins.image.uid, true))
    const first = {
      image: await right(twins.larder.tokens.mint('image', twins.image.uid, 86_400)),
      content: await right(twins.larder.tokens.mint('content', twins.film.uid, 86_400)),
    }
    const deeds = {
      trash: (uid: string) => trashService.delete(uid, 'trash')(),
      'take down': (uid: string) => trashService.delete(uid, 'take down')(),
      restore: (uid: string) => trashService.restore(uid)(),
      'end graces': () => trashSweep.run(new AbortController().signal)(),
      wait: async () => twins.advance(301),
    }
    const step = fc.record({
      deed: fc.constantFrom(...(Object.keys(deeds) as ReadonlyArray<keyof typeof deeds>)),
      kind: fc.constantFrom<MediaKind>('image', 'content'),
      carry: fc.constantFrom('header', 'path', 'query', 'none'),
      isOld: fc.boolean(),
      more: fc.constantFrom({}, {}, { range: 'bytes=0-3' }, { 'if-none-match': '*' }),
    })
    let refused = 0
    let served = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        for (const uid of [twins.image.uid, twins.film.uid]) await trashService.restore(uid)()
        for (const { deed, kind, carry, isOld, more } of steps) {
          const jwt = isOld ? first[kind] : await right(checkedTokens.mint(kind, uidOf(kind), 3600))
          const asks = twins.routes
            .filter((route) => route.kind === kind)
            .map(({ path }) => {
              const ask =
                carry === 'none'
                  ? { path: `/api/1/${path}?public=1`, headers: {} }
                  : requestsByCarrier[carry](path, jwt)
              return { ...ask, headers: { ...ask.headers, ...more } }
            })
          for (const ask of asks) await twins.warm(ask)
          await deeds[deed](uidOf(kind))
          for (const ask of asks) {
            const { status } = await twins.expectAlike(ask, `${deed} ${ask.path}`)
            if (status !== null && status < 400) served += 1
            else refused += 1
            // A token that was minted in the second of a takedown is valid, but opens nothing.
            if (deed === 'take down') expect(status).to.be.oneOf(isOld ? [401, 403] : [401, 403, 404])
            if (deed === 'trash' && !/parts/.test(ask.path)) expect(status).to.be.oneOf([401, 403, 404])
          }
        }
      }),
      { numRuns: 30 },
    )
    expect(Math.min(served, refused)).to.be.above(50)
  }).timeout(180_000)
})
