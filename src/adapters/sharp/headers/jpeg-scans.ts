import { hasNoSegment } from './jpeg-parts.ts'

/**
 * A scan of a progressive JPEG: its components, its range of coefficients, and whether it contains the last
 * bit of these coefficients (ITU-T T.81 §B.2.3).
 */
type Scan = {
  readonly components: ReadonlyArray<number>
  readonly from: number
  readonly to: number
  readonly isLast: boolean
}

/** Limits of a progressive JPEG (ITU-T T.81, table B.2). */
const maxComponents = 4
const lastCoefficient = 63
/**
 * Maximum number of scans that are read. Encoders write fewer, at most one for each bit of each range of
 * coefficients.
 */
const maxScans = 1000

const progressiveFrame = 0xc2
const startOfScan = 0xda

const scanIn = (segment: Buffer): Scan | null => {
  const count = segment[0] ?? 0
  const at = 1 + 2 * count
  if (count > maxComponents || segment.length < at + 3) return null
  const components = Array.from({ length: count }, (_, i) => segment[1 + 2 * i] ?? 0)
  return {
    components,
    from: segment[at] ?? 0,
    to: Math.min(segment[at + 1] ?? 0, lastCoefficient),
    isLast: ((segment[at + 2] ?? 0) & 15) === 0,
  }
}

/**
 * Returns whether a JPEG has all of its scans, that is, a scan with the last bit for each of the 64
 * coefficients of every component. A progressive JPEG that is truncated between two scans decodes without an
 * error, but blurred. A baseline JPEG cannot be truncated between scans. Also returns `false` if the number
 * of components or scans is impossible for a JPEG.
 */
export const hasAllJpegScans = (jpeg: Buffer): boolean => {
  const missing = new Map<number, Set<number>>()
  let scans = 0
  for (let at = 2; at + 4 <= jpeg.length; ) {
    const marker = jpeg[at + 1] ?? 0
    if (jpeg[at] !== 0xff || marker === 0xff || hasNoSegment(marker)) {
      const next = jpeg.indexOf(0xff, at + 1)
      if (next < 0) break
      at = next
      continue
    }
    const end = at + 2 + jpeg.readUInt16BE(at + 2)
    const segment = jpeg.subarray(at + 4, end)
    // The segment should end after the end of the file, so the file is truncated within this segment.
    if (end > jpeg.length) return false
    if (marker === progressiveFrame) {
      // An image has only one frame, so a second frame means that the file is malformed.
      if (missing.size > 0 || (segment[5] ?? 0) > maxComponents) return false
      for (let i = 0; i < (segment[5] ?? 0); i += 1)
        missing.set(
          segment[6 + 3 * i] ?? 0,
          new Set(Array.from({ length: lastCoefficient + 1 }, (_, k) => k)),
        )
    }
    const scan = marker === startOfScan ? scanIn(segment) : null
    if (scan !== null && ++scans > maxScans) return false
    if (scan?.isLast)
      for (const component of scan.components)
        for (let k = scan.from; k <= scan.to; k += 1) missing.get(component)?.delete(k)
    at = end
  }
  return [...missing.values()].every(({ size }) => size === 0)
}
