/** Returns a time in the form of RFC 3339. `ms`: milliseconds since 1970. */
export const toRfc3339 = (ms: number): string => new Date(ms).toISOString()
