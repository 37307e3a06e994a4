import * as t from 'io-ts'
import { type JsonSchema, toDescription, withSchema } from './json-schema.ts'

/**
 * Creates the codec of a type whose values are their own encoded form. `is` is the type guard, `expectation` the
 * message for the sender of another value: `should be …`. `schema` describes the values to clients; without it the
 * codec cannot be part of a request or a reply of the HTTP API.
 */
export const refine = <A>(
  name: string,
  is: (u: unknown) => u is A,
  expectation?: string,
  schema?: JsonSchema,
): t.Type<A, A, unknown> => {
  const codec = new t.Type<A, A, unknown>(
    name,
    is,
    (u, context) => (is(u) ? t.success(u) : t.failure(u, context, expectation)),
    t.identity,
  )
  if (schema === undefined) return codec
  const description = expectation === undefined ? {} : { description: toDescription(expectation) }
  return withSchema(codec, { ...description, ...schema })
}
