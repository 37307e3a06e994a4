import * as t from 'io-ts'

/** A schema of JSON Schema 2020-12 for a value as it is sent. */
export type JsonSchema = Readonly<Record<string, unknown>>

const schemas = new WeakMap<object, JsonSchema>()

/** Notes the schema of a codec whose structure io-ts does not show, and returns the codec. */
export const withSchema = <C extends t.Mixed>(codec: C, schema: JsonSchema): C => {
  schemas.set(codec, schema)
  return codec
}

/** Returns the schema that was noted for a codec; `undefined` if there is none. */
export const notedSchema = (codec: object): JsonSchema | undefined => schemas.get(codec)

/** Returns a codec that accepts the same values, and whose schema also has this description. */
export const withDescription = <A, O>(
  codec: t.Type<A, O, unknown>,
  description: string,
): t.Type<A, O, unknown> => {
  const same = new t.Type<A, O, unknown>(codec.name, codec.is, codec.validate, codec.encode)
  // Like a refinement of io-ts, so that what looks into codecs finds the members of this one.
  return withSchema(Object.assign(same, { _tag: 'RefinementType', type: codec }), { description })
}

/** Returns the expectation of a codec ("should be a uid") as a description ("A uid."). */
export const toDescription = (expectation: string): string => {
  const text = expectation.replace(/^should be /, '')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
