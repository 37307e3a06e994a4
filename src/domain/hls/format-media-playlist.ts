import type { ContentPart, VodParts } from '../media/content-export.ts'
import { roundPartDurations, type TimedPart } from '../media/part-durations.ts'
import { partExtension } from '../media/part-extension.ts'
import { type HlsFeature, lowestHlsVersion } from './hls-version.ts'

const microseconds = 1_000_000

/** URI relative to the playlist's path below `/api/1/content_files/exports/`. */
const uriOf = (part: ContentPart): string => `parts/${part.uid}.${partExtension(part)}`

/** A segment, or a byte range of one, that a player fetches with one request. */
export type MediaPlaylistEntry = TimedPart & {
  readonly part: ContentPart
  /** Byte range in the segment, as `length@offset`; `null` for the whole segment. */
  readonly byteRange: string | null
}

/** Input for media playlists of all kinds. */
type MediaPlaylistInput = Pick<VodParts, 'targetDuration' | 'parts'> & {
  readonly features: ReadonlyArray<HlsFeature>
  /**
   * The feature that a playlist with an init segment needs in addition. This feature affects the declared
   * version.
   */
  readonly mapFeature: HlsFeature
  /** The tag that states how players can decode the entries. */
  readonly kindTag: string
  readonly entries: ReadonlyArray<MediaPlaylistEntry>
}

/**
 * Returns the text of a complete media playlist (RFC 8216bis §4.4.3): unsigned, with relative URIs. The
 * durations in the playlist add up to the exact total.
 */
export const formatMediaPlaylist = (list: MediaPlaylistInput): string => {
  const inits = list.parts.filter(({ role }) => role === 'init')
  const features = inits.length > 0 ? [...list.features, list.mapFeature] : list.features
  const durations = roundPartDurations(list.entries, microseconds)
  // All playlists of a file declare the same target duration. If an entry is longer, this playlist declares a
  // longer one, because it would be invalid otherwise.
  const longest = durations.reduce((a, b) => Math.max(a, b), 0)
  const target = Math.max(1, list.targetDuration, Math.round(longest / microseconds))

  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${lowestHlsVersion(features)}`,
    `#EXT-X-TARGETDURATION:${target}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    list.kindTag,
    ...inits.map((init) => `#EXT-X-MAP:URI="${uriOf(init)}"`),
  ]
  list.entries.forEach(({ part, byteRange }, i) => {
    lines.push(`#EXTINF:${((durations[i] ?? 0) / microseconds).toFixed(6)},`)
    if (byteRange !== null) lines.push(`#EXT-X-BYTERANGE:${byteRange}`)
    lines.push(uriOf(part))
  })
  return `${lines.join('\n')}\n#EXT-X-ENDLIST\n`
}
