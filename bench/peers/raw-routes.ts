import * as t from 'io-ts'

// The messages between the bench and the process of the raw peer.

export const RawRoutes = t.array(
  t.strict({ path: t.string, file: t.string, headers: t.record(t.string, t.string) }),
)
export type RawRoutes = t.TypeOf<typeof RawRoutes>

export const RawReady = t.strict({ port: t.number })
