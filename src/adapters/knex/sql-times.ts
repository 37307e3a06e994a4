/** Returns the SQL expression for a time as whole milliseconds since 1970. */
export const epochMilliseconds = (time: string): string =>
  `cast(floor(extract(epoch from ${time}) * 1000) as bigint)`

/** Returns the SQL expression for a time as microseconds since 1970. */
export const epochMicroseconds = (time: string): string =>
  `cast(extract(epoch from ${time}) * 1000000 as bigint)`

/** Returns the SQL expression for the time that `microseconds` since 1970 denote: a number, or the place of a binding. */
export const timeOfMicroseconds = (microseconds: string): string =>
  `(timestamptz 'epoch' + cast(${microseconds} as bigint) * interval '1 microsecond')`

/** Returns the SQL expression for an interval. `milliseconds`: a number, or the place of a binding. */
export const intervalOf = (milliseconds: string | number): string =>
  `cast(${milliseconds} as double precision) * interval '1 millisecond'`
