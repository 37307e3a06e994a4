import type { JsonSchema } from '../../domain/shared/json-schema.ts'
import { ErrorJson, type ErrorStatus, errorDescriptions, ProblemJson } from './error-descriptions.ts'
import { type ReplyHeader, replyHeaders } from './header-descriptions.ts'
import type { RouteOutline } from './route-outline.ts'
import type { SchemaWriter } from './schema-of.ts'

export const headersOf = (
  always: ReadonlyArray<ReplyHeader>,
  sometimes: ReadonlyArray<ReplyHeader> = [],
): JsonSchema =>
  Object.fromEntries(
    [...always, ...sometimes].map((name) => [
      name,
      {
        description: replyHeaders[name],
        ...(always.includes(name) && { required: true }),
        schema: { type: 'string' },
      },
    ]),
  )

/** Statuses of errors that a route has whatever it does. */
const ofEveryRoute: ReadonlyArray<ErrorStatus> = [500, 503]
const ofBodies: ReadonlyArray<ErrorStatus> = [400, 408, 413, 415, 422]

/** Returns the statuses of the errors of a route. */
export const errorStatusesOf = ({
  about,
  credential,
  query,
  body,
  explainsParams,
}: RouteOutline): ReadonlyArray<ErrorStatus> => {
  const isDecoded = query !== undefined || explainsParams === true
  const statuses = new Set<ErrorStatus>([
    ...ofEveryRoute,
    ...(about.errors ?? []),
    ...(credential.access === 'anyone' ? [] : ([401, 403] as const)),
    ...(isDecoded ? ([422] as const) : []),
    ...(body === undefined ? [] : ofBodies),
  ])
  return [...statuses].sort((a, b) => a - b)
}

/** The name of the component for errors of this status. Errors without headers of their own share one. */
const componentOf = (status: ErrorStatus): string =>
  errorDescriptions[status].headers.length === 0 ? 'Error' : `Error${status}`

/** Returns the response of a status: a reference to a component, with the words of this status. */
export const errorReference = (status: ErrorStatus): JsonSchema => ({
  $ref: `#/components/responses/${componentOf(status)}`,
  description: `${errorDescriptions[status].types.map((type) => `\`${type}\``).join(' or ')}: ${errorDescriptions[status].description}`,
})

/** Returns the contents of every error body: JSON, RFC 9457, or a page for a browser. */
export const errorContent = ({ schemaOf }: SchemaWriter): JsonSchema => ({
  'application/json': { schema: schemaOf(ErrorJson) },
  'application/problem+json': { schema: schemaOf(ProblemJson) },
  'text/html': {},
})

/** Returns the components of error responses. */
export const errorComponents = (writer: SchemaWriter): JsonSchema =>
  Object.fromEntries(
    Object.keys(errorDescriptions)
      .map((status) => Number(status) as ErrorStatus)
      .map((status) => [
        componentOf(status),
        {
          description: componentOf(status) === 'Error' ? 'An error.' : errorDescriptions[status].description,
          headers: headersOf(['Cache-Control', ...errorDescriptions[status].headers]),
          content: errorContent(writer),
        },
      ]),
  )
