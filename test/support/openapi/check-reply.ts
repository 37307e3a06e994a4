import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { ApiDocument, ApiOperation, ApiResponse } from './api-document.ts'

/** A reply as it is sent. `headers` have lower-case names; `body` is `null` if it was not read. */
export type SentReply = {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | null
}

/** Returns what a reply has that the document does not describe; `null` if there is nothing. */
export type CheckReply = (reply: SentReply) => string | null

/** Statuses of requests that break the protocol, and of methods that a route does not have (http-api.md §1.4). */
const protocolStatuses = [400, 405, 408, 413, 417, 431, 505]

const isObject = (u: unknown): u is Readonly<Record<string, unknown>> =>
  typeof u === 'object' && u !== null && !Array.isArray(u)

/** Returns the document with schemas that refuse members which they do not have. */
const closed = (u: unknown): unknown => {
  if (Array.isArray(u)) return u.map(closed)
  if (!isObject(u)) return u
  const copy = Object.fromEntries(Object.entries(u).map(([name, value]) => [name, closed(value)]))
  const isOpenObject =
    copy.type === 'object' && isObject(copy.properties) && !('additionalProperties' in copy)
  return isOpenObject ? { ...copy, additionalProperties: false } : copy
}

type Route = {
  readonly path: string
  readonly pattern: RegExp
  readonly operations: ApiDocument['paths'][string]
}

const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${path
      .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
      .replace(/\\\.\{ext\}/g, '(?:\\.[^/]+)?')
      .replace(/\{\w+\}/g, '[^/]+?')}$`,
  )

const escaped = (name: string): string => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))

const decoded = (body: Buffer, coding: string | undefined): string => {
  if (coding === 'gzip') return gunzipSync(body).toString()
  return (coding === 'br' ? brotliDecompressSync(body) : body).toString()
}

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

/** Returns the path of a request target without its token. The target may be an URL (http-api.md §1.4). */
const pathOf = (url: string): string => {
  const [path = ''] = url.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1)
  return (path || '/').replace(/^\/api\/1\/~[^/]*/, '/api/1')
}

/** Creates the check. Validators are compiled when they are first needed, and once. */
export const createCheckReply = (document: ApiDocument): CheckReply => {
  const ajv = new Ajv2020({ strict: false })
  ajv.addFormat('date-time', dateTime).addFormat('uri', (text: string) => URL.canParse(text))
  ajv.addSchema(closed(document) as object, 'larder')
  const routes: ReadonlyArray<Route> = Object.entries(document.paths).map(([path, operations]) => ({
    path,
    pattern: patternOf(path),
    operations,
  }))
  const validators = new Map<string, ValidateFunction>()

  const validatorOf = (pointer: string): ValidateFunction => {
    const known = validators.get(pointer)
    if (known !== undefined) return known
    const validate = ajv.getSchema(`larder#${pointer}`)
    if (validate === undefined) throw new Error(`the document has no ${pointer}`)
    validators.set(pointer, validate)
    return validate
  }

  const bodyFault = (pointer: string, { headers, body }: SentReply): string | null => {
    if (body === null) return null
    const validate = validatorOf(pointer)
    const value: unknown = JSON.parse(decoded(body, headers['content-encoding']))
    if (validate(value)) return null
    const [error] = validate.errors ?? []
    return `${error?.instancePath || 'the body'} ${error?.message} ${JSON.stringify(error?.params)}`
  }

  const responseFault = (pointer: string, response: ApiResponse, reply: SentReply): string | null => {
    for (const [name, { required }] of Object.entries(response.headers ?? {}))
      if (required && reply.headers[name.toLowerCase()] === undefined) return `no header ${name}`
    const { content } = response
    const type = reply.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
    if (content === undefined) return type === undefined ? null : `a body of type ${type}`
    if (type === undefined) return 'no content type'
    const range = `${type.split('/', 1)}/*`
    const key = [type, range, '*/*'].find((name) => content[name] !== undefined)
    if (key === undefined) return `the content type ${type}`
    return content[key]?.schema === undefined
      ? null
      : bodyFault(`${pointer}/content/${escaped(key)}/schema`, reply)
  }

  const errorFault = (reply: SentReply): string | null =>
    responseFault('/components/responses/Error', document.components.responses.Error ?? {}, reply)

  const operationFault = (path: string, method: string, operation: ApiOperation, reply: SentReply) => {
    const response = operation.responses[reply.status]
    if (response === undefined)
      return protocolStatuses.includes(reply.status) ? errorFault(reply) : 'an undescribed status'
    const name = response.$ref?.replace('#/components/responses/', '')
    if (name === undefined)
      return responseFault(`/paths/${escaped(path)}/${method}/responses/${reply.status}`, response, reply)
    return responseFault(`/components/responses/${name}`, document.components.responses[name] ?? {}, reply)
  }

  const faultOf = (reply: SentReply): string | null => {
    const method = reply.method === 'HEAD' ? 'get' : reply.method.toLowerCase()
    const path = pathOf(reply.url)
    const matching = routes.filter(({ pattern }) => pattern.test(path))
    const route = matching.find(({ operations }) => operations[method] !== undefined)
    const operation = route?.operations[method]
    if (route !== undefined && operation !== undefined)
      return operationFault(route.path, method, operation, reply)
    if (method === 'options') return reply.status < 300 ? null : errorFault(reply)
    return [404, 503, ...protocolStatuses].includes(reply.status)
      ? errorFault(reply)
      : 'a reply of an undescribed route'
  }

  return (reply) => {
    const fault = faultOf(reply)
    return fault === null
      ? null
      : `${reply.method} ${reply.url.replace(/eyJ[\w.-]+/g, '…')} ${reply.status} is not as in docs/openapi.json: ${fault}`
  }
}
