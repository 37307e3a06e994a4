import * as t from 'io-ts'
import { E } from '../../fp.ts'

export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Returns the record with its members in snake_case: `fileSize` becomes `file_size`. */
export const snakeKeys = (record: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [snakeCase(name), value]))

/**
 * Wraps a record codec so that encoded members are in snake_case (`fileSize` ↔ `file_size`). Faults name the encoded
 * members, which the sender knows.
 */
export const snakeCased = <P extends t.Props>(
  codec: t.ExactC<t.TypeC<P>>,
): t.Type<t.TypeOfProps<P>, unknown, unknown> => {
  const names = Object.keys(codec.type.props).map((name) => [name, snakeCase(name)] as const)
  const encodedProps: t.Props = Object.fromEntries(
    Object.entries(codec.type.props).map(([name, member]) => [snakeCase(name), member]),
  )
  const encodedRecord = t.type(encodedProps)
  const renamed = new t.Type<t.TypeOfProps<P>, unknown, unknown>(
    codec.name,
    codec.is,
    (u, context) => {
      const record = encodedRecord.validate(u, context)
      if (E.isLeft(record)) return record
      const { right } = record
      // The members have been decoded under their encoded names, so the cast is safe.
      return t.success(
        Object.fromEntries(names.map(([name, encoded]) => [name, right[encoded]])) as t.TypeOfProps<P>,
      )
    },
    (a) => {
      const encoded: Record<string, unknown> = codec.encode(a)
      return Object.fromEntries(names.map(([name, encodedName]) => [encodedName, encoded[name]]))
    },
  )
  // Like a codec of `t.type`, so that its members can be listed.
  return Object.assign(renamed, { props: encodedProps })
}
