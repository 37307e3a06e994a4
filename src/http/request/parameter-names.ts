import type * as t from 'io-ts'

type Described = {
  /** Of `t.type` and `t.partial`. */
  readonly props?: t.Props
  /** Of `t.intersection`. */
  readonly types?: ReadonlyArray<t.Mixed>
}

/** The names of the parameters that a codec of a query knows; what it ignores is not among them. */
export const parameterNames = (codec: t.Mixed): ReadonlyArray<string> => {
  const { props = {}, types = [] } = codec as Described
  return [...Object.keys(props), ...types.flatMap(parameterNames)]
}
