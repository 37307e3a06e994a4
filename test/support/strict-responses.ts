/** A response as sent on the wire. */
export type WireResponse = {
  readonly status: number
  /** Headers by lower-case name. Values of repeated fields are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/**
 * `rest`: the bytes of an incomplete response at the end. `missing`: the minimum number of bytes that it
 * still lacks.
 */
export type WireResponses = {
  readonly responses: ReadonlyArray<WireResponse>
  readonly rest: Buffer
  readonly missing: number
}

const token = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/
const statusLine = /^HTTP\/1\.1 ([1-5]\d\d) [\t\x20-\x7e]*$/
// A field value has visible characters, with white space only between them (RFC 9110 §5.5).
const fieldValue = /^(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?$/
const onlyOnce = new Set(['content-length', 'content-type', 'etag', 'date', 'connection', 'content-range'])

const fail = (what: string, at: number): never => {
  throw new Error(`not a response of HTTP/1.1, at byte ${at}: ${what}`)
}

const readHead = (head: string, at: number): Pick<WireResponse, 'status' | 'headers'> => {
  const [first = '', ...lines] = head.split('\r\n')
  const status = statusLine.exec(first)?.[1]
  if (status === undefined) return fail(JSON.stringify(first.slice(0, 80)), at)
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')
    if (colon < 1 || !token.test(name) || !fieldValue.test(value)) fail(JSON.stringify(line.slice(0, 80)), at)
    if (headers[name] !== undefined && onlyOnce.has(name)) fail(`${name} twice`, at)
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  return { status: Number(status), headers }
}

/** The length of the body by RFC 9112 §6.3. Larder never sends chunked bodies, so every length is known. */
const bodyLength = (
  method: string,
  { status, headers }: Pick<WireResponse, 'status' | 'headers'>,
  at: number,
) => {
  if (headers['transfer-encoding'] !== undefined) fail('a body in chunks', at)
  const length = headers['content-length']
  if (length !== undefined && !/^\d+$/.test(length)) fail(`the length ${length}`, at)
  if (method === 'HEAD' || status === 304) return 0
  if (status < 200 || status === 204) return length === undefined ? 0 : fail(`a length of a ${status}`, at)
  return length === undefined ? fail('no length', at) : Number(length)
}

/**
 * Parses responses strictly, without code of the server or of Node's parser. `methods`: the methods of the
 * requests, in order. Throws for malformed responses, and for more responses than requests.
 */
export const readResponses = (wire: Buffer, methods: ReadonlyArray<string>): WireResponses => {
  const responses: WireResponse[] = []
  let finals = 0
  let at = 0
  let missing = 1
  while (at < wire.length) {
    if (finals >= methods.length) fail(`a response to no request: ${wire.subarray(at, at + 60)}`, at)
    const end = wire.indexOf('\r\n\r\n', at)
    if (end === -1) break
    const head = readHead(wire.toString('latin1', at, end), at)
    const from = end + 4
    const to = from + bodyLength(methods[finals] ?? '', head, at)
    if (to > wire.length) {
      missing = to - wire.length
      break
    }
    responses.push({ ...head, body: wire.subarray(from, to) })
    if (head.status >= 200) finals += 1
    at = to
  }
  return { responses, rest: wire.subarray(at), missing }
}
