import { LarderError } from './larder-error.ts'
import type { CallControl, OperationId, Operations, RawBody } from './operation-types.ts'
import { operationTable } from './operations.ts'
import { type ClientOptions, createSender, type RequestParts, type TokenSource } from './send-request.ts'

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

/** Returns the body of a reply in the form that its type promises. */
const dataOf = async (response: Response): Promise<unknown> => {
  const type = response.headers.get('content-type') ?? ''
  if (response.status === 204 || response.status === 304) return undefined
  if (response.status === 206 || !(isJson.test(type) || isText.test(type))) return response.body
  const text = await response.text()
  if (!isJson.test(type)) return text
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new LarderError({
      type: 'unexpected_reply',
      status: response.status,
      requestId: response.headers.get('x-request-id'),
      message: 'a reply that is not JSON',
      cause,
    })
  }
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
      data: await dataOf(response),
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
