/** The components of a scan and the bits of them that it completes (ITU-T T.81 §B.2.3). */
type Scan = {
  readonly components: ReadonlyArray<number>
  readonly from: number
  readonly to: number
  readonly isLast: boolean
}

const isProgressive = 0xc2
const startOfScan = 0xda

/** Markers without a segment: those within a scan, and the start of the picture. */
const standsAlone = (marker: number): boolean =>
  marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)

const scanIn = (segment: Buffer): Scan | null => {
  const count = segment[0] ?? 0
  const at = 1 + 2 * count
  if (segment.length < at + 3) return null
  const components = Array.from({ length: count }, (_, i) => segment[1 + 2 * i] ?? 0)
  return {
    components,
    from: segment[at] ?? 0,
    to: segment[at + 1] ?? 0,
    isLast: ((segment[at + 2] ?? 0) & 15) === 0,
  }
}

/**
 * Whether a JPEG has all of its scans. A progressive one that was cut between two of them decodes without a complaint,
 * and blurred: every component needs each of its 64 coefficients in a scan down to the last bit. One that is not
 * progressive cannot be cut so.
 */
export const hasAllScans = (jpeg: Buffer): boolean => {
  const missing = new Map<number, Set<number>>()
  for (let at = 2; at + 4 <= jpeg.length; ) {
    const marker = jpeg[at + 1] ?? 0
    if (jpeg[at] !== 0xff || marker === 0xff || standsAlone(marker)) {
      const next = jpeg.indexOf(0xff, at + 1)
      if (next < 0) break
      at = next
      continue
    }
    const end = at + 2 + jpeg.readUInt16BE(at + 2)
    const segment = jpeg.subarray(at + 4, end)
    // Cut within a segment: what follows it is missing.
    if (end > jpeg.length) return false
    if (marker === isProgressive)
      for (let i = 0; i < (segment[5] ?? 0); i += 1)
        missing.set(segment[6 + 3 * i] ?? 0, new Set(Array.from({ length: 64 }, (_, k) => k)))
    const scan = marker === startOfScan ? scanIn(segment) : null
    if (scan?.isLast)
      for (const component of scan.components)
        for (let k = scan.from; k <= scan.to; k += 1) missing.get(component)?.delete(k)
    at = end
  }
  return [...missing.values()].every(({ size }) => size === 0)
}
