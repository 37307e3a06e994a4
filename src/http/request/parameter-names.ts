import type * as t from 'io-ts'

type CodecShape = {
  /** Present in `t.type` and `t.partial`. */
  readonly props?: t.Props
  /** Present in `t.intersection`. */
  readonly types?: ReadonlyArray<t.Mixed>
}

/** Returns the parameter names that a query codec reads. */
export const parameterNames = (codec: t.Mixed | undefined): ReadonlyArray<string> => {
  const { props = {}, types = [] } = (codec ?? {}) as CodecShape
  return [...Object.keys(props), ...types.flatMap(parameterNames)]
}
