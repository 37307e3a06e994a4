import { parseQualityList } from './quality-list.ts'

export type ContentCoding = 'br' | 'gzip' | 'identity'

/**
 * Selects a coding by Accept-Encoding (RFC 9110 §12.5.3, http-api.md §7.1). `offers` lists the available
 * codings, best first; among codings of equal weight, the first is selected. `identity` is always available,
 * even for a client that refuses all codings (allowed by RFC 9110 §12.4.1).
 */
export const chooseCoding = (
  header: string | undefined,
  offers: ReadonlyArray<Exclude<ContentCoding, 'identity'>>,
): ContentCoding => {
  // If the header is missing, the RFC allows any coding. But only very old clients omit the header, so the
  // body is not compressed.
  if (header === undefined) return 'identity'

  const weights = new Map<string, number>()
  for (const { name, weight } of parseQualityList(header)) {
    const coding = name === 'x-gzip' ? 'gzip' : name
    if (!weights.has(coding)) weights.set(coding, weight)
  }
  const others = weights.get('*')

  let best: ContentCoding = 'identity'
  // Unless the client names `identity`, this coding is only used if no other one is acceptable, even if `*`
  // covers it.
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
