import type * as t from 'io-ts'
import { type JsonSchema, notedSchema } from '../../domain/shared/json-schema.ts'
import { type CodecShape, membersOf } from './codec-shape.ts'

/** Converts codecs to schemas. `components` has the schemas of codecs with names, to which the others refer. */
export type SchemaWriter = {
  readonly schemaOf: (codec: t.Mixed) => JsonSchema
  readonly components: () => Readonly<Record<string, JsonSchema>>
}

const isComponentName = (name: string): boolean => /^[A-Z][A-Za-z]+$/.test(name)

const fixed: Readonly<Record<string, JsonSchema>> = {
  StringType: { type: 'string' },
  NumberType: { type: 'number' },
  BooleanType: { type: 'boolean' },
  NullType: { type: 'null' },
  UnknownType: {},
  AnyDictionaryType: { type: 'object' },
}

/** Adds `null` to a schema. */
const orNull = (schema: JsonSchema): JsonSchema => {
  const { type, enum: values } = schema
  if (typeof type !== 'string') return { anyOf: [schema, { type: 'null' }] }
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(values) && { enum: [...values, null] }),
  }
}

/** Creates a writer of schemas. Throws for a codec that shows no structure and has no schema of its own. */
export const createSchemaWriter = (): SchemaWriter => {
  const components = new Map<string, { readonly codec: t.Mixed; readonly schema: JsonSchema }>()

  const objectOf = (codec: t.Mixed, isClosed: boolean): JsonSchema | null => {
    const members = membersOf(codec)
    if (members === null) return null
    const { props, required } = members
    const properties = Object.fromEntries(
      Object.entries(props).map(([name, member]) => [name, schemaOf(member)]),
    )
    return {
      type: 'object',
      properties,
      ...(required.length > 0 && { required }),
      ...(isClosed && { additionalProperties: false }),
    }
  }

  const unionOf = (types: ReadonlyArray<t.Mixed>): JsonSchema => {
    const schemas = types.map(schemaOf)
    const others = schemas.filter(({ type }) => type !== 'null')
    const [only] = others
    if (others.length === 1 && others.length < schemas.length && only !== undefined) return orNull(only)
    return { anyOf: schemas }
  }

  const structureOf = (codec: t.Mixed): JsonSchema | null => {
    const {
      _tag = '',
      type,
      types = [],
      value,
      keys = {},
      codomain,
      isClosed,
    } = codec as t.Mixed & CodecShape
    if (fixed[_tag] !== undefined) return fixed[_tag] ?? null
    if (_tag === 'LiteralType') return { const: value }
    if (_tag === 'KeyofType') return { type: 'string', enum: Object.keys(keys) }
    if (_tag === 'UnionType') return unionOf(types)
    if (_tag === 'DictionaryType' && codomain !== undefined)
      return { type: 'object', additionalProperties: schemaOf(codomain) }
    if ((_tag === 'ArrayType' || _tag === 'ReadonlyArrayType') && type !== undefined)
      return { type: 'array', items: schemaOf(type) }
    if (isClosed) return objectOf(codec, true)
    if (_tag === 'ExactType' || _tag === 'RefinementType' || _tag === 'ReadonlyType')
      return type === undefined ? null : schemaOf(type)
    return objectOf(codec, false)
  }

  const inlineSchemaOf = (codec: t.Mixed): JsonSchema => {
    const noted = notedSchema(codec)
    const structure = structureOf(codec)
    if (noted === undefined && structure === null)
      throw new Error(`the codec ${codec.name} has no schema: use refine with one, or withSchema`)
    return { ...structure, ...noted }
  }

  const refer = (codec: t.Mixed): JsonSchema => {
    const { name } = codec
    const known = components.get(name)
    if (known !== undefined && known.codec !== codec) throw new Error(`two codecs have the name ${name}`)
    if (known === undefined) {
      components.set(name, { codec, schema: {} })
      components.set(name, { codec, schema: inlineSchemaOf(codec) })
    }
    return { $ref: `#/components/schemas/${name}` }
  }

  const schemaOf = (codec: t.Mixed): JsonSchema => {
    const { _tag, isClosed, type } = codec as t.Mixed & CodecShape
    // A codec with a description has the name of the codec that it describes.
    const isDescribed = notedSchema(codec) !== undefined && _tag === 'RefinementType'
    const hasStructure = membersOf(codec) !== null || _tag === 'UnionType'
    // A wrapper with the name of what it wraps is the same component, unless it refuses other members.
    const isWrapped = isClosed !== true && type !== undefined && type.name === codec.name
    return isComponentName(codec.name) && hasStructure && !isDescribed && !isWrapped
      ? refer(codec)
      : inlineSchemaOf(codec)
  }

  return {
    schemaOf,
    components: () =>
      Object.fromEntries(
        [...components]
          .map(([name, { schema }]) => [name, schema] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
  }
}
