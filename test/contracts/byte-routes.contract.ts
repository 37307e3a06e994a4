import { expect } from 'chai'
import type { Larder } from '../../src/composition/larder.ts'
import { byteAsks, expectedAnswer, heardAnswer } from '../support/byte-requests.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import { listen, type TestServer } from '../support/memory-larder.ts'
import { someBytes } from '../support/origins.ts'
import { strangers } from '../support/strangers.ts'

/** What clients get of the byte routes, whatever the bytes lie on (http-api.md §6). Call it in a `describe`. */
export const byteRoutesContract = (make: () => Promise<Larder>): void => {
  const bytes = someBytes(20_000)
  const large = someBytes(9 * 2 ** 20)
  let image: SeededImage
  let server: TestServer

  before(async () => {
    const larder = await make()
    server = await listen(larder)
    image = await seedImage(larder, [bytes, large])
  })
  after(() => server.close())

  const urlOf = (at: number): string =>
    `${server.base}/api/1/image_files/image/${image.exports[at]?.uid}.webp?jwt=${image.jwt}`

  for (const { name, ask } of strangers) {
    it(`gives ${name} the statuses and bytes that a second reading of RFC 9110 expects`, async () => {
      for (const asked of byteAsks(bytes)) {
        const heard = heardAnswer(await ask(urlOf(0), asked))
        expect({ asked, ...heard }).to.deep.equal({ asked, ...expectedAnswer(bytes, asked) })
      }
    })

    it(`gives ${name} the head of a whole and of a part, and no body`, async () => {
      const whole = await ask(urlOf(1), { method: 'HEAD' })
      expect([whole.status, whole.headers.get('content-length'), whole.body.length]).to.deep.equal([
        200,
        String(large.length),
        0,
      ])
      const part = await ask(urlOf(1), { method: 'HEAD', headers: { range: 'bytes=-7' } })
      expect([part.status, part.headers.get('content-length'), part.body.length]).to.deep.equal([206, '7', 0])
    })

    it(`gives ${name} a large object, and any part of it`, async () => {
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
