import type * as t from 'io-ts'
import type { JsonSchema } from '../../domain/shared/json-schema.ts'
import type { RouteAccess } from '../request/credential.ts'
import { membersOf } from './codec-shape.ts'
import type { ErrorStatus } from './error-descriptions.ts'
import { errorContent, errorReference, errorStatusesOf, headersOf } from './error-responses.ts'
import { requestHeaders } from './header-descriptions.ts'
import type { ReplyDescription } from './route-description.ts'
import type { DescribedRoute, RouteOutline } from './route-outline.ts'
import type { SchemaWriter } from './schema-of.ts'

const mediaTokens: ReadonlyArray<JsonSchema> = [{ mediaToken: [] }, { mediaTokenInQuery: [] }]

const security: Readonly<Record<RouteAccess, ReadonlyArray<JsonSchema>>> = {
  anyone: [],
  viewer: mediaTokens,
  'viewer or public': [...mediaTokens, {}],
  admin: [{ idToken: [] }],
  'admin or ticket': [{ idToken: [] }, { uploadTicket: [] }],
}

/** Returns a path of the router in the notation of OpenAPI: `/a/:uid{.:ext}` becomes `/a/{uid}.{ext}`. */
export const toTemplate = (path: string): string =>
  path.replace(/\{\.:(\w+)\}/g, '.{$1}').replace(/(?<!\{):(\w+)/g, '{$1}')

const namesIn = (template: string): ReadonlyArray<string> =>
  [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)

type Parameter = { readonly name: string; readonly in: 'path' | 'query'; readonly required: boolean }

const extension: JsonSchema = { type: 'string', description: 'Any extension; it is ignored.' }

const parametersOf = (
  template: string,
  { about, params, query }: RouteOutline,
  { schemaOf }: SchemaWriter,
): ReadonlyArray<JsonSchema> => {
  const { parameters: meanings = {}, headers = [] } = about
  const inPath = params === undefined ? {} : (membersOf(params)?.props ?? {})
  const inQuery = query === undefined ? null : membersOf(query)
  if (query !== undefined && inQuery === null) throw new Error(`${about.id}: the query is not an object`)

  const describe = (parameter: Parameter, codec: t.Mixed | undefined): JsonSchema => {
    const { description, ...schema } = codec === undefined ? extension : schemaOf(codec)
    return { ...parameter, description: meanings[parameter.name] ?? description, schema }
  }
  const described = [
    ...namesIn(template).map((name) => describe({ name, in: 'path', required: true }, inPath[name])),
    ...Object.entries(inQuery?.props ?? {}).map(([name, codec]) =>
      describe({ name, in: 'query', required: inQuery?.required.includes(name) ?? false }, codec),
    ),
  ]
  const unknownName = Object.keys(meanings).find((name) => !described.some((one) => one.name === name))
  if (unknownName !== undefined) throw new Error(`${about.id} has no parameter ${unknownName}`)
  return [
    ...described,
    ...headers.map((name) => ({ name, in: 'header', ...requestHeaders[name], schema: { type: 'string' } })),
  ]
}

const contentOf = (content: ReplyDescription['content'], { schemaOf }: SchemaWriter): JsonSchema =>
  Object.fromEntries(
    Object.entries(content).map(([type, codec]) => [type, codec === null ? {} : { schema: schemaOf(codec) }]),
  )

/** Returns the contents of two replies with the same status. */
const eitherContent = (one: JsonSchema, other: JsonSchema): JsonSchema => {
  const schemas = [one, other].map((content) => content['application/json'] as JsonSchema | undefined)
  return {
    ...one,
    ...other,
    'application/json': { schema: { anyOf: schemas.map((content) => content?.schema ?? {}) } },
  }
}

const responseOf = (
  { description, content, headers, otherHeaders }: ReplyDescription,
  isAlsoError: boolean,
  writer: SchemaWriter,
): JsonSchema => {
  const own = contentOf(content, writer)
  const all = isAlsoError ? eitherContent(own, errorContent(writer)) : own
  return {
    description,
    headers: headersOf(headers, otherHeaders),
    ...(Object.keys(all).length > 0 && { content: all }),
  }
}

const responsesOf = (outline: RouteOutline, writer: SchemaWriter): JsonSchema => {
  const errors: ReadonlyArray<number> = errorStatusesOf(outline)
  const { replies } = outline.about
  const statuses = new Set([...Object.keys(replies).map(Number), ...errors])
  return Object.fromEntries(
    [...statuses].map((status) => {
      const reply = replies[status]
      return [
        status,
        reply === undefined
          ? errorReference(status as ErrorStatus)
          : responseOf(reply, errors.includes(status), writer),
      ]
    }),
  )
}

const requestBodyOf = (codec: t.Mixed | null, { schemaOf }: SchemaWriter): JsonSchema => ({
  required: true,
  content:
    codec === null ? { 'application/octet-stream': {} } : { 'application/json': { schema: schemaOf(codec) } },
})

/** Returns the operation of a route in the form of OpenAPI 3.1. */
export const operationOf = ({ path, outline, isAlias }: DescribedRoute, writer: SchemaWriter): JsonSchema => {
  const { about, credential, body } = outline
  const parameters = parametersOf(toTemplate(path), outline, writer)
  return {
    ...(!isAlias && { operationId: about.id }),
    tags: [about.tag],
    summary: about.summary,
    ...(about.description !== undefined && { description: about.description }),
    security: security[credential.access],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: requestBodyOf(body.codec, writer) }),
    responses: responsesOf(outline, writer),
  }
}
