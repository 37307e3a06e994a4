/** The protocol version in which each feature was introduced (RFC 8216bis §8). */
const since = {
  decimalDurations: 3,
  byteRanges: 4,
  iFramesOnly: 4,
  // Version 1 allows rendition groups, but RFC 8216bis §8 suggests 4, so that old clients do not try to play
  // them.
  renditionGroups: 4,
  mapInIFrames: 5,
  map: 6,
  variables: 8,
  queryVariables: 11,
} as const

export type HlsFeature = keyof typeof since

/** Returns the lowest version that a playlist with these features may declare. */
export const lowestHlsVersion = (features: Iterable<HlsFeature>): number =>
  Math.max(1, ...[...features].map((feature) => since[feature]))
