/** Returns a time in the form of RFC 3339. `ms`: milliseconds since 1970. */
export const rfc3339 = (ms: number): string => new Date(ms).toISOString()
