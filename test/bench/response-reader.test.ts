import { expect } from 'chai'
import fc from 'fast-check'
import { createResponseReader, type Response } from '../../bench/load/response-reader.ts'

const readAll = (chunks: ReadonlyArray<Buffer>): ReadonlyArray<Response> => {
  const responses: Response[] = []
  const read = createResponseReader((response) => responses.push(response))
  for (const chunk of chunks) read(chunk)
  return responses
}

const reply = ({ status, bodyBytes }: Response): Buffer => {
  const length = status === 304 ? '' : `content-length: ${bodyBytes}\r\n`
  return Buffer.from(
    `HTTP/1.1 ${status} Words\r\nDate: now\r\n${length}X: y\r\n\r\n${'\r\n'.repeat(bodyBytes / 2)}`,
  )
}

describe('the reader of the load generator', () => {
  it('finds the end of each reply, wherever the network cuts the stream', () => {
    const response = fc.oneof(
      fc.record({
        status: fc.constantFrom(200, 206, 404),
        bodyBytes: fc.nat({ max: 300 }).map((n) => n * 2),
      }),
      fc.constant({ status: 304, bodyBytes: 0 }),
    )
    fc.assert(
      fc.property(
        fc.array(response, { maxLength: 5 }),
        fc.array(fc.nat({ max: 3000 })),
        (responses, cuts) => {
          const stream = Buffer.concat(responses.map(reply))
          const edges = [0, ...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length]
          const chunks = edges.slice(1).map((end, n) => stream.subarray(edges[n], end))
          expect(readAll(chunks)).to.deep.equal(responses)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('keeps no reference to a chunk, so that its buffer can be reused', () => {
    const responses: Response[] = []
    const read = createResponseReader((response) => responses.push(response))
    const buffer = Buffer.alloc(8)
    const stream = reply({ status: 200, bodyBytes: 100 })
    for (let at = 0; at < stream.length; at += buffer.length) {
      const copied = stream.copy(buffer, 0, at)
      read(buffer.subarray(0, copied))
    }
    expect(responses).to.deep.equal([{ status: 200, bodyBytes: 100 }])
  })

  it('refuses a reply without a declared length', () => {
    expect(() => readAll([Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')])).to.throw(
      'unknown length',
    )
  })
})
