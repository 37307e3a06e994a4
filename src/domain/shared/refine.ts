import * as t from 'io-ts'

/**
 * Creates the codec of a type whose values are their own encoded form. `is` is the type guard, `expectation` the
 * message for the sender of another value: `should be …`.
 */
export const refine = <A>(
  name: string,
  is: (u: unknown) => u is A,
  expectation?: string,
): t.Type<A, A, unknown> =>
  new t.Type(
    name,
    is,
    (u, context) => (is(u) ? t.success(u) : t.failure(u, context, expectation)),
    t.identity,
  )
