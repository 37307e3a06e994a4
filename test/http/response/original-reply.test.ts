import { expect } from 'chai'
import { E, TE } from '../../../src/fp.ts'
import { createReplyWithOriginal } from '../../../src/http/response/original-reply.ts'
import type { Reply } from '../../../src/http/response/reply.ts'
import { isStreamedBody } from '../../../src/http/response/response-writer.ts'
import { aStoredFile } from '../../support/builders.ts'

describe('a reply with an original', () => {
  const file = aStoredFile({ size: 100 })
  const original = { fileName: 'a.mp4', file, storedAt: 0 }
  const create = () => {
    let [open, most] = [0, 0]
    const replyWith = createReplyWithOriginal(
      (_, { start, end }) =>
        TE.fromIO(() => {
          open += 1
          most = Math.max(most, open)
          return (async function* () {
            yield new Uint8Array(end - start)
            open -= 1
          })()
        }),
      () => 0,
    )
    return { replyWith, most: () => most }
  }
  const opened = async ({ body }: Reply) => {
    if (!isStreamedBody(body)) return expect.fail('it has no stream')
    return body.open(() => undefined)
  }

  it('has one of 32 places from its opening to its end, however many are planned at once', async () => {
    const { replyWith, most } = create()
    const replies = Array.from({ length: 40 }, (_, n) =>
      // Half of them have two ranges.
      replyWith({ method: 'GET', headers: n % 2 === 0 ? {} : { range: 'bytes=0-1,50-60' } }, original),
    )
    const streams = await Promise.all(replies.map(opened))
    expect(streams.filter(E.isRight)).to.have.length(32)
    for (const stream of streams) if (E.isLeft(stream)) expect(stream.left._tag).to.equal('Overloaded')
    for (const stream of streams)
      if (E.isRight(stream))
        for await (const piece of stream.right) expect(piece).to.be.instanceOf(Uint8Array)
    expect(most()).to.be.at.most(32)
    const again = await Promise.all(replies.slice(0, 32).map(opened))
    expect(again.every(E.isRight)).to.equal(true)
  })

  it('ignores a Range of a HEAD, for which RFC 9110 defines none', () => {
    const { replyWith } = create()
    for (const range of ['bytes=0-9', 'bytes=500-', 'bytes=0-1,5-6']) {
      const { status, headers, body } = replyWith({ method: 'HEAD', headers: { range } }, original)
      expect([status, headers['Content-Length'], body], range).to.deep.equal([200, '100', null])
    }
  })
})
