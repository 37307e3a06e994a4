import type { JsonSchema } from '../../domain/shared/json-schema.ts'
import { errorComponents } from './error-responses.ts'
import { operationOf, toTemplate } from './operation-of.ts'
import { tags } from './route-description.ts'
import type { DescribedRoute } from './route-outline.ts'
import { createSchemaWriter, type SchemaWriter } from './schema-of.ts'

const description = `The HTTP API of Larder. docs/http-api.md is the contract, and says what this document cannot.

HEAD works on every route with GET, and OPTIONS on all. A media token may also be in the path: \`/api/1/~{token}/…\`.
Requests that break the protocol get 400, 408, 413, 417, 431 or 505, and methods that a route does not have 405, with the same body as other errors.
A reply may get new members: ignore what you do not know.`

const securitySchemes = {
  mediaToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A media token: a short-lived token for one picture, sound or film.',
  },
  mediaTokenInQuery: {
    type: 'apiKey',
    in: 'query',
    name: 'jwt',
    description: 'A media token in the query.',
  },
  idToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An id token of an admin.',
  },
  uploadTicket: {
    type: 'http',
    scheme: 'bearer',
    description: 'A ticket for uploads, which an admin issues.',
  },
}

const pathsOf = (routes: ReadonlyArray<DescribedRoute>, writer: SchemaWriter): JsonSchema => {
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const route of routes) {
    const template = toTemplate(route.path)
    paths[template] = { ...paths[template], [route.method.toLowerCase()]: operationOf(route, writer) }
  }
  return paths
}

/** Creates the document of all routes in OpenAPI 3.1. Throws if a route cannot be described. */
export const createApiDocument = (routes: ReadonlyArray<DescribedRoute>): JsonSchema => {
  const ids = routes.filter(({ isAlias }) => !isAlias).map(({ outline }) => outline.about.id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined) throw new Error(`two routes have the id ${twice}`)
  const writer = createSchemaWriter()
  const paths = pathsOf(routes, writer)
  const responses = errorComponents(writer)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Larder',
      version: '1',
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
    paths,
    components: { schemas: writer.components(), responses, securitySchemes },
  }
}
