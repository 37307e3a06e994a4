import { type ExportFacts, permitsExport, type Restrictions } from '../access/restrictions.ts'
import { isVariant, type Master } from './filter-master.ts'
import { attributeOf, type Line, linesOf } from './m3u8-lines.ts'

/** The uid in `../exports/{uid}.m3u8`. */
const exportIn = (uri: string): string => /([^/]*)\.m3u8$/.exec(uri)?.[1] ?? ''

/**
 * A master playlist without the variants and renditions that a viewer may not have (http-api.md §2.4); `null` when no
 * variant is left. A variant whose sound is forbidden goes, too: no player could play it as the list describes it.
 */
export const restrictMaster = (master: Master, restrictions: Restrictions): Master | null => {
  const permits = (uri: string, height: number | null): boolean => {
    const facts: ExportFacts = { uid: exportIn(uri), height }
    return permitsExport(restrictions, facts)
  }
  const groups = new Set<string>()
  const staysIn = (line: Line): boolean => {
    if (line.tag !== 'EXT-X-MEDIA') return true
    if (!permits(attributeOf(line, 'URI') ?? '', null)) return false
    groups.add(attributeOf(line, 'GROUP-ID') ?? '')
    return true
  }

  const texts = master.map((piece) =>
    isVariant(piece)
      ? piece
      : linesOf(piece)
          .filter(staysIn)
          .map(({ text }) => text)
          .join(''),
  )
  const left = texts.filter(
    (piece) =>
      !isVariant(piece) ||
      (permits(piece.uri, piece.size?.height ?? null) &&
        (piece.soundGroup === null || groups.has(piece.soundGroup))),
  )
  return left.some(isVariant) ? left : null
}
