import { matroskaElementAt } from '../matroska-elements.ts'
import type { SourceBytes } from '../source-bytes.ts'

/** Ids of elements (RFC 8794 §4, RFC 9559 §5). */
const IDS = { file: 0x1a45dfa3, segment: 0x18538067, cluster: 0x1f43b675, void: 0xec, crc: 0xbf }

/**
 * Returns the position of a second Matroska or WebM file after the first one; `null` if there is none. A
 * segment or cluster of unknown size, as browsers record them, ends before an element that it cannot contain.
 */
export const findSecondMatroska = async (bytes: SourceBytes): Promise<number | null> => {
  let at = 0
  let isAfterSegment = false
  for (;;) {
    const element = await matroskaElementAt(bytes, at)
    if (element === null) return null
    const { id, body, end } = element
    if (id === IDS.file && isAfterSegment) return at
    isAfterSegment ||= id === IDS.segment
    const isEntered = end === null && (id === IDS.segment || id === IDS.cluster)
    if (end === null && !isEntered) return null
    at = end ?? body
  }
}
