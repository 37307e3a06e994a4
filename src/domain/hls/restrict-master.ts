import { type ExportFacts, permitsExport, type Restrictions } from '../access/restrictions.ts'
import { isVariant, type Master } from './filter-master.ts'
import { attributeOf, type Line, linesOf } from './m3u8-lines.ts'

/** Returns the uid in `../exports/{uid}.m3u8`. */
const exportIn = (uri: string): string => /([^/]*)\.m3u8$/.exec(uri)?.[1] ?? ''

/**
 * Returns the master playlist without the forbidden variants and renditions (http-api.md §2.4); `null` if no
 * variant is left. A variant whose audio is forbidden is removed, too: no player could play it as described.
 */
export const restrictMaster = (master: Master, restrictions: Restrictions): Master | null => {
  const permits = (uri: string, height: number | null): boolean => {
    const facts: ExportFacts = { uid: exportIn(uri), height }
    return permitsExport(restrictions, facts)
  }
  const groups = new Set<string>()
  const isPermitted = (line: Line): boolean => {
    if (line.tag !== 'EXT-X-MEDIA') return true
    if (!permits(attributeOf(line, 'URI') ?? '', null)) return false
    groups.add(attributeOf(line, 'GROUP-ID') ?? '')
    return true
  }

  const texts = master.map((piece) =>
    isVariant(piece)
      ? piece
      : linesOf(piece)
          .filter(isPermitted)
          .map(({ text }) => text)
          .join(''),
  )
  const permitted = texts.filter(
    (piece) =>
      !isVariant(piece) ||
      (permits(piece.uri, piece.size?.height ?? null) &&
        (piece.audioGroup === null || groups.has(piece.audioGroup))),
  )
  return permitted.some(isVariant) ? permitted : null
}
