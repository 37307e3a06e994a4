/** A record, its slot in a map, and the links of a queue. */
const overhead = 256

/**
 * What an entry of a bounded map costs in memory beside its value: its key, of which a character takes up to two bytes,
 * and an allowance. A map whose sizes leave this out is not bounded: clients choose the keys.
 */
export const entryBytes = (key: string): number => 2 * key.length + overhead
