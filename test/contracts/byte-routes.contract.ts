import { expect } from 'chai'
import type { Larder } from '../../src/composition/larder.ts'
import { byteRequests, expectedReply, receivedReply } from '../support/byte-requests.ts'
import { foreignClients } from '../support/foreign-clients.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import { listen, type TestServer } from '../support/memory-larder.ts'
import { pseudoRandomBytes } from '../support/origins.ts'

/** Replies of the byte routes on any kind of object store (http-api.md §6). Call it in a `describe`. */
export const byteRoutesContract = (make: () => Promise<Larder>): void => {
  const bytes = pseudoRandomBytes(20_000)
  const large = pseudoRandomBytes(9 * 2 ** 20)
  let image: SeededImage
  let server: TestServer

  before(async () => {
    const larder = await make()
    server = await listen(larder)
    image = await seedImage(larder, [bytes, large])
  })
  after(() => server.close())

  const urlOf = (index: number): string =>
    `${server.base}/api/1/image_files/image/${image.exports[index]?.uid}.webp?jwt=${image.jwt}`

  for (const { name, ask } of foreignClients) {
    it(`sends ${name} the statuses and bytes that an independent model of RFC 9110 expects`, async () => {
      for (const request of byteRequests(bytes)) {
        const reply = receivedReply(await ask(urlOf(0), request))
        expect({ request, ...reply }).to.deep.equal({ request, ...expectedReply(bytes, request) })
      }
    })

    it(`sends ${name} only headers in reply to HEAD, with and without a range`, async () => {
      const whole = await ask(urlOf(1), { method: 'HEAD' })
      expect([whole.status, whole.headers.get('content-length'), whole.body.length]).to.deep.equal([
        200,
        String(large.length),
        0,
      ])
      const part = await ask(urlOf(1), { method: 'HEAD', headers: { range: 'bytes=-7' } })
      expect([part.status, part.headers.get('content-length'), part.body.length]).to.deep.equal([206, '7', 0])
    })

    it(`sends ${name} a large object, and any range of it`, async () => {
      const whole = await ask(urlOf(1), {})
      expect([whole.status, whole.body.equals(large)]).to.deep.equal([200, true])
      for (const [start, end] of [
        [0, 1],
        [4_000_001, 6_000_000],
        [large.length - 1, large.length],
      ] as const) {
        const part = await ask(urlOf(1), { headers: { range: `bytes=${start}-${end - 1}` } })
        expect([part.status, part.body.equals(large.subarray(start, end))]).to.deep.equal([206, true])
      }
    })
  }
}
