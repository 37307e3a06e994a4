import * as t from 'io-ts'

/** Creates the codec of a value that may be null. */
export const nullable = <C extends t.Mixed>(codec: C) => t.union([codec, t.null])
