import type * as t from 'io-ts'
import { withSchema } from './json-schema.ts'
import { refine } from './refine.ts'

/** Creates a codec of one of these words. */
export const oneOf = <const A extends string>(
  name: string,
  words: ReadonlyArray<A>,
): t.Type<A, string, unknown> =>
  withSchema(
    refine(name, (u): u is A => words.some((word) => word === u), `should be ${words.join(' or ')}`),
    { type: 'string', enum: words },
  )
