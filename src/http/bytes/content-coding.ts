import { parseQualityList } from './quality-list.ts'

export type ContentCoding = 'br' | 'gzip' | 'identity'

/**
 * Selects a coding by Accept-Encoding (RFC 9110 §12.5.3, http-api.md §7.1). `offers` are best first; their
 * order breaks ties. `identity` is always available: for a client that names no coding, and for one that
 * refuses all, which §12.4.1 allows.
 */
export const chooseCoding = (
  header: string | undefined,
  offers: ReadonlyArray<Exclude<ContentCoding, 'identity'>>,
): ContentCoding => {
  // Without the header the RFC allows any coding, but only very old clients omit it.
  if (header === undefined) return 'identity'

  const weights = new Map<string, number>()
  for (const { name, weight } of parseQualityList(header)) {
    const coding = name === 'x-gzip' ? 'gzip' : name
    if (!weights.has(coding)) weights.set(coding, weight)
  }
  const others = weights.get('*')

  let best: ContentCoding = 'identity'
  // Unless the client names `identity`, it is the last resort, even if `*` covers it.
  let bestWeight = weights.get('identity') ?? 0
  for (const offer of offers) {
    const weight = weights.get(offer) ?? others ?? 0
    const wins = best === 'identity' ? weight >= bestWeight : weight > bestWeight
    if (weight > 0 && wins) {
      best = offer
      bestWeight = weight
    }
  }
  return best
}
