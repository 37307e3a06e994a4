import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import fc from 'fast-check'
import formidable from 'formidable'
import type { ByteRange, ByteStream } from '../../../src/domain/media/bytes.ts'
import { contentRange, unsatisfiedRangeHeaders } from '../../../src/http/bytes/content-range.ts'
import {
  type MultipartPlan,
  multipartBody,
  planMultipart,
} from '../../../src/http/bytes/multipart-byteranges.ts'
import { collect, inChunks } from '../../support/bytes.ts'

const body = randomBytes(5000)
const boundary = 'B0undary'
const plan = (ranges: ReadonlyArray<ByteRange>): MultipartPlan =>
  planMultipart({ ranges, length: body.length, contentType: 'video/mp4', boundary })
const openBody = async ({ start, end }: ByteRange): Promise<ByteStream> =>
  inChunks(body.subarray(start, end), 97)

/** Two to eight ranges with gaps between them, in any order. */
const ranges = fc
  .uniqueArray(fc.nat({ max: body.length }), { minLength: 4, maxLength: 17 })
  .map((cuts) => cuts.toSorted((a, b) => a - b))
  .map((cuts) => cuts.flatMap((start, n) => (n % 2 === 0 ? [{ start, end: cuts[n + 1] ?? start }] : [])))
  .map((all) => all.filter(({ start, end }) => start < end))
  .chain((all) => fc.shuffledSubarray(all, { minLength: 2 }))

type Part = {
  readonly contentType: string | undefined
  readonly contentRange: string | undefined
  readonly bytes: Buffer
}

describe('Content-Range (RFC 9110 §14.4)', () => {
  it('contains the last byte and the size of the whole', () => {
    expect(contentRange({ start: 0, end: 2 }, 1000)).to.equal('bytes 0-1/1000')
  })

  it('of a 416 contains only the size', () => {
    expect(unsatisfiedRangeHeaders(1000)['Content-Range']).to.equal('bytes */1000')
  })
})

describe('multipart/byteranges (http-api.md §6.1, RFC 9110 §14.6)', () => {
  // formidable parses a body from a real socket. Its Content-Length must be correct.
  let server: Server
  let read: (parts: Promise<ReadonlyArray<Part>>) => void

  before(async () => {
    server = createServer((req, res) => {
      read(partsOf(req))
      req.on('close', () => res.end())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(() => server.close())

  const partsOf = async (req: IncomingMessage): Promise<ReadonlyArray<Part>> => {
    const parts: Array<Omit<Part, 'bytes'> & { readonly chunks: Buffer[] }> = []
    const form = formidable({})
    form.onPart = (part) => {
      const headers: Record<string, string> = Object(Reflect.get(part, 'headers'))
      const chunks: Buffer[] = []
      parts.push({ contentType: headers['content-type'], contentRange: headers['content-range'], chunks })
      part.on('data', (chunk: Buffer) => chunks.push(chunk))
    }
    await form.parse(req)
    return parts.map(({ chunks, ...headers }) => ({ ...headers, bytes: Buffer.concat(chunks) }))
  }

  const parseBody = async (planned: MultipartPlan, sent: Buffer): Promise<ReadonlyArray<Part>> => {
    const parts = new Promise<ReadonlyArray<Part>>((resolve) => {
      read = resolve
    })
    const { port } = server.address() as AddressInfo
    const headers = { 'content-type': planned.contentType, 'content-length': planned.contentLength }
    const req = request({ port, method: 'POST', headers, agent: false }).end(sent)
    await once(req, 'response')
    return parts
  }

  it('is parsed by another parser, part by part', async () => {
    await fc.assert(
      fc.asyncProperty(ranges, async (wanted) => {
        const planned = plan(wanted)
        const parts = await parseBody(planned, await collect(multipartBody(planned, openBody)))
        expect(parts).to.deep.equal(
          wanted.map(({ start, end }) => ({
            contentType: 'video/mp4',
            contentRange: `bytes ${start}-${end - 1}/5000`,
            bytes: body.subarray(start, end),
          })),
        )
      }),
      { numRuns: 100 },
    )
  })

  it('has the planned length', async () => {
    await fc.assert(
      fc.asyncProperty(ranges, async (wanted) => {
        const planned = plan(wanted)
        expect(await collect(multipartBody(planned, openBody))).to.have.length(planned.contentLength)
      }),
    )
  })

  it('has the form printed in the RFC', async () => {
    const planned = plan([
      { start: 0, end: 2 },
      { start: 4000, end: 4001 },
    ])
    const text = (
      await collect(
        multipartBody(planned, async ({ start, end }) => inChunks(Buffer.alloc(end - start, 'x'))),
      )
    ).toString()
    expect(planned.contentType).to.equal('multipart/byteranges; boundary=B0undary')
    expect(text.split('\r\n')).to.deep.equal([
      '--B0undary',
      'Content-Type: video/mp4',
      'Content-Range: bytes 0-1/5000',
      '',
      'xx',
      '--B0undary',
      'Content-Type: video/mp4',
      'Content-Range: bytes 4000-4000/5000',
      '',
      'x',
      '--B0undary--',
      '',
    ])
  })

  describe('and its sources', () => {
    const two = plan([
      { start: 0, end: 200 },
      { start: 300, end: 500 },
    ])

    const createSource = () => {
      const events: string[] = []
      const open = async (range: ByteRange): Promise<ByteStream> => {
        events.push(`open ${range.start}`)
        return (async function* () {
          try {
            yield* await openBody(range)
          } finally {
            events.push(`close ${range.start}`)
          }
        })()
      }
      return { events, open }
    }

    it('are opened one after the other', async () => {
      const { events, open } = createSource()
      await collect(multipartBody(two, open))
      expect(events).to.deep.equal(['open 0', 'close 0', 'open 300', 'close 300'])
    })

    it('are opened on the first read, and closed when the reader stops', async () => {
      const { events, open } = createSource()
      const stream = multipartBody(two, open)
      expect(events).to.deep.equal([])
      for await (const chunk of stream) {
        expect(chunk.toString()).to.match(/^--B0undary\r\n/)
        break
      }
      expect(events).to.deep.equal(['open 0', 'close 0'])
    })

    it('send no bytes if they fail at once', async () => {
      const sent: Uint8Array[] = []
      const reading = async () => {
        const refused = () => Promise.reject(new Error('no such object'))
        for await (const chunk of multipartBody(two, refused)) sent.push(chunk)
      }
      const failure = await reading().catch((error: unknown) => error)
      expect(failure).to.be.an('error').with.property('message', 'no such object')
      expect(sent).to.deep.equal([])
    })
  })
})
