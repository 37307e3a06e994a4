import * as t from 'io-ts'
import { E } from '../../fp.ts'

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The same record as `codec`, with its members written in snake_case outside (`fileSize` ↔ `file_size`). */
export const snakeCased = <P extends t.Props>(
  codec: t.ExactC<t.TypeC<P>>,
): t.Type<t.TypeOfProps<P>, unknown, unknown> => {
  const names = Object.keys(codec.type.props).map((name) => [name, snake(name)] as const)
  return new t.Type(
    codec.name,
    (u): u is t.TypeOfProps<P> => codec.is(u),
    (u, context) => {
      const outside = t.UnknownRecord.validate(u, context)
      if (E.isLeft(outside)) return outside
      return codec.validate(
        Object.fromEntries(names.map(([inside, out]) => [inside, outside.right[out]])),
        context,
      )
    },
    (a) => {
      const encoded: Record<string, unknown> = codec.encode(a)
      return Object.fromEntries(names.map(([inside, out]) => [out, encoded[inside]]))
    },
  )
}
