import type * as t from 'io-ts'

type CodecShape = {
  /** The members of a codec that was created by `t.type` or `t.partial`. */
  readonly props?: t.Props
  /** The codecs that `t.intersection` combines. */
  readonly types?: ReadonlyArray<t.Mixed>
  /** The codec that `t.exact` wraps. */
  readonly type?: t.Mixed
}

/** Returns the parameter names that a query codec reads. */
export const parameterNames = (codec: t.Mixed | undefined): ReadonlyArray<string> => {
  const { props = {}, types = [], type } = (codec ?? {}) as CodecShape
  return [
    ...Object.keys(props),
    ...types.flatMap(parameterNames),
    ...(type === undefined ? [] : parameterNames(type)),
  ]
}
