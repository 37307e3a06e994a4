import type { CallControl, OperationId, Operations, RawBody } from './operation-types.ts'
import { operationTable } from './operations.ts'
import { readText } from './read-text.ts'
import { type ClientOptions, createSender, type RequestParts, type TokenSource } from './send-request.ts'
import { unexpectedReply } from './unexpected-reply.ts'

type Values = Readonly<Record<string, unknown>>

/** The options of any call, as `CallOptions` has them for each route. */
export type AnyCallOptions = CallControl & {
  readonly path?: Values
  readonly query?: Values
  readonly headers?: Values
  readonly body?: unknown
}

/** All routes as functions, and what they have in common. */
export type Client = Operations & {
  /** Where Larder is, without a slash at the end. */
  readonly baseUrl: string
  /** Calls a route, and returns the reply as it is, when its headers are there. Throws a `LarderError` as the routes do. */
  readonly request: (id: OperationId, options?: AnyCallOptions) => Promise<Response>
  /** Returns the headers with the token, for requests that other programs send. */
  readonly authorize: () => Promise<Readonly<Record<string, string>>>
  /** Returns a client with another token. */
  readonly withToken: (token: TokenSource) => Client
}

/** Returns a segment of a path. Dots would be read as other folders. */
const segment = (name: string, value: unknown): string => {
  const text = String(value ?? '')
  if (text === '' || text === '.' || text === '..') throw new RangeError(`${name} is ${text || 'empty'}`)
  return encodeURIComponent(text)
}

const queryOf = (query: Values = {}): string => {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null) given.append(name, String(value))
  return given.size === 0 ? '' : `?${given}`
}

const isRaw = (body: unknown): body is RawBody =>
  typeof body === 'string' ||
  body instanceof FormData ||
  body instanceof Blob ||
  body instanceof URLSearchParams ||
  body instanceof ReadableStream ||
  body instanceof ArrayBuffer ||
  ArrayBuffer.isView(body)

const bodyOf = (body: unknown): Pick<RequestParts, 'headers' | 'body'> => {
  if (body === undefined) return { headers: {}, body: null }
  if (isRaw(body)) return { headers: {}, body }
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

const headersOf = (headers: Values = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )

const isJson = /^application\/(?:[\w.-]+\+)?json\b/
const isText = /^(?:text\/(?!event-stream)|application\/(?:dash\+xml|vnd\.apple\.mpegurl)\b)/

const jsonOf = (response: Response, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unexpectedReply(response, 'a reply that is not JSON', cause)
  }
}

/** Returns the body of a reply in the form that its type promises. */
const dataOf = async (response: Response): Promise<unknown> => {
  const type = response.headers.get('content-type') ?? ''
  if (response.status === 204 || response.status === 304) return undefined
  if (response.status === 206 || !(isJson.test(type) || isText.test(type))) return response.body
  const text = await readText(response)
  return isJson.test(type) ? jsonOf(response, text) : text
}

/** Returns an object. Another server may answer at the address, or the page of a proxy on which one logs in. */
const objectOf = async (response: Response, given: AnyCallOptions): Promise<unknown> => {
  const isConditional = given.headers !== undefined && [204, 206, 304].includes(response.status)
  const type = response.headers.get('content-type') ?? ''
  const isStream = given.accept !== undefined && type.startsWith('text/event-stream')
  if (isConditional || isStream) return dataOf(response)
  const data = isJson.test(type) ? await dataOf(response) : null
  if (typeof data === 'object' && data !== null && !(data instanceof ReadableStream)) return data
  await response.body?.cancel().catch(() => undefined)
  throw unexpectedReply(response, `a reply with status ${response.status} that is not one of Larder`)
}

/** Creates a client of one server. */
export const createClient = (options: ClientOptions): Client => {
  const baseUrl = new URL(options.baseUrl).href.replace(/\/+$/, '')
  const { send, authorization } = createSender(options)

  const partsOf = (id: OperationId, given: AnyCallOptions): RequestParts => {
    const operation = operationTable[id]
    if (operation === undefined) throw new RangeError(`there is no operation ${id}`)
    const [method, template] = operation
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => segment(name, given.path?.[name]))
    const { headers, body } = bodyOf(given.body)
    return {
      method,
      url: `${baseUrl}${path}${queryOf(given.query)}`,
      headers: { ...headers, ...headersOf(given.headers) },
      body,
    }
  }

  const call = async (id: OperationId, given: AnyCallOptions = {}) =>
    send(partsOf(id, given), given, async (response) => ({
      status: response.status,
      headers: response.headers,
      data: await (operationTable[id]?.[2] === 'json' ? objectOf(response, given) : dataOf(response)),
    }))

  const ids = Object.keys(operationTable) as ReadonlyArray<OperationId>
  const operations = Object.fromEntries(
    ids.map((id) => [id, (given?: AnyCallOptions) => call(id, given)]),
  ) as unknown as Operations
  return {
    ...operations,
    baseUrl,
    request: async (id, given = {}) => send(partsOf(id, given), given, async (response) => response),
    authorize: authorization,
    withToken: (token) => createClient({ ...options, token }),
  }
}
