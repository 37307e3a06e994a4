import { parseQualityList } from './weighted-list.ts'

export type ContentCoding = 'br' | 'gzip' | 'identity'

/**
 * Chooses by Accept-Encoding (RFC 9110 §12.5.3, http-api.md §7.1) among the codings on offer, best first; the
 * server's order breaks a tie. `identity` need not be offered: it is what a client gets that asks for nothing,
 * and also one that refuses everything, which §12.4.1 allows.
 */
export const chooseCoding = (
  header: string | undefined,
  offers: ReadonlyArray<Exclude<ContentCoding, 'identity'>>,
): ContentCoding => {
  // Without the header anything goes by the RFC; but it is the oldest of clients that leave it out.
  if (header === undefined) return 'identity'

  const weights = new Map<string, number>()
  for (const { name, weight } of parseQualityList(header)) {
    const coding = name === 'x-gzip' ? 'gzip' : name
    if (!weights.has(coding)) weights.set(coding, weight)
  }
  const others = weights.get('*')

  let best: ContentCoding = 'identity'
  // Plain bytes that nobody named are for want of better, even where `*` takes them.
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
