import * as t from 'io-ts'
import { E } from '../../fp.ts'

export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Returns the record with its members in snake_case: `fileSize` becomes `file_size`. */
export const snakeKeys = (record: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [snakeCase(name), value]))

/** Wraps a record codec so that encoded members are in snake_case (`fileSize` ↔ `file_size`). */
export const snakeCased = <P extends t.Props>(
  codec: t.ExactC<t.TypeC<P>>,
): t.Type<t.TypeOfProps<P>, unknown, unknown> => {
  const names = Object.keys(codec.type.props).map((name) => [name, snakeCase(name)] as const)
  return new t.Type(
    codec.name,
    (u): u is t.TypeOfProps<P> => codec.is(u),
    (u, context) => {
      const record = t.UnknownRecord.validate(u, context)
      if (E.isLeft(record)) return record
      return codec.validate(
        Object.fromEntries(names.map(([camelName, snakeName]) => [camelName, record.right[snakeName]])),
        context,
      )
    },
    (a) => {
      const encoded: Record<string, unknown> = codec.encode(a)
      return Object.fromEntries(names.map(([camelName, snakeName]) => [snakeName, encoded[camelName]]))
    },
  )
}
