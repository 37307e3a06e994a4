import { matroskaElementAt } from '../matroska-elements.ts'
import type { SourceBytes } from '../source-bytes.ts'

/** RFC 8794 §4, RFC 9559 §5. */
const IDS = { file: 0x1a45dfa3, segment: 0x18538067, cluster: 0x1f43b675, void: 0xec, crc: 0xbf }

/**
 * Where a second Matroska or WebM file begins behind the first. Segments and clusters of which the size is not known, as
 * browsers record them, end where something begins that cannot be in them.
 */
export const findSecondMatroska = async (bytes: SourceBytes): Promise<number | null> => {
  let at = 0
  let isBehindSegment = false
  for (;;) {
    const element = await matroskaElementAt(bytes, at)
    if (element === null) return null
    const { id, body, end } = element
    if (id === IDS.file && isBehindSegment) return at
    isBehindSegment ||= id === IDS.segment
    const isEntered = end === null && (id === IDS.segment || id === IDS.cluster)
    if (end === null && !isEntered) return null
    at = end ?? body
  }
}
