/** Returns all addresses (IPv4 and IPv6) of the name of a host. Rejects if it has none, or if there is no answer. */
export type ResolveName = (name: string) => Promise<ReadonlyArray<string>>
