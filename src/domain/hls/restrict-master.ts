import { type ExportFacts, permitsExport, type Restrictions } from '../access/restrictions.ts'
import { isParsedVariant, type ParsedMasterPlaylist } from './filter-master.ts'
import { attributeValue, type M3u8Line, parseM3u8Lines } from './m3u8-lines.ts'

/** Returns the uid in `../exports/{uid}.m3u8`. */
const exportIn = (uri: string): string => /([^/]*)\.m3u8$/.exec(uri)?.[1] ?? ''

/**
 * Returns the master playlist without the forbidden variants and renditions (http-api.md §2.4); `null` if no
 * variant is left. A variant whose audio is forbidden is removed, too, because no player could play it as the
 * playlist says.
 */
export const restrictMasterPlaylist = (
  master: ParsedMasterPlaylist,
  restrictions: Restrictions,
): ParsedMasterPlaylist | null => {
  const permits = (uri: string, height: number | null): boolean => {
    const facts: ExportFacts = { uid: exportIn(uri), height }
    return permitsExport(restrictions, facts)
  }
  const groups = new Set<string>()
  const isPermitted = (line: M3u8Line): boolean => {
    if (line.tag !== 'EXT-X-MEDIA') return true
    if (!permits(attributeValue(line, 'URI') ?? '', null)) return false
    groups.add(attributeValue(line, 'GROUP-ID') ?? '')
    return true
  }

  const texts = master.map((piece) =>
    isParsedVariant(piece)
      ? piece
      : parseM3u8Lines(piece)
          .filter(isPermitted)
          .map(({ text }) => text)
          .join(''),
  )
  const permitted = texts.filter(
    (piece) =>
      !isParsedVariant(piece) ||
      (permits(piece.uri, piece.size?.height ?? null) &&
        (piece.audioGroup === null || groups.has(piece.audioGroup))),
  )
  return permitted.some(isParsedVariant) ? permitted : null
}
