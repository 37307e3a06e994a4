import type { ContentPart, VodParts } from '../media/content-export.ts'
import { roundPartDurations, type TimedPart } from '../vod/part-durations.ts'
import { partExtension } from '../vod/part-extension.ts'
import { type HlsFeature, lowestHlsVersion } from './version.ts'

const microseconds = 1_000_000

/** URI relative to the playlist's path below `/api/1/content_files/exports/`. */
const uriOf = (part: ContentPart): string => `parts/${part.uid}.${partExtension(part)}`

/** A segment, or a byte range of one, that a player fetches with one request. */
export type MediaPlaylistEntry = TimedPart & {
  readonly part: ContentPart
  /** `length@offset` in the segment; `null` for all of it. */
  readonly byteRange: string | null
}

/** Input for media playlists of all kinds. */
export type MediaPlaylistInput = Pick<VodParts, 'targetDuration' | 'parts'> & {
  readonly features: ReadonlyArray<HlsFeature>
  /** The additional feature of a playlist that has an init segment. */
  readonly mapFeature: HlsFeature
  /** The tag that says how entries can be decoded. */
  readonly kindTag: string
  readonly entries: ReadonlyArray<MediaPlaylistEntry>
}

/**
 * Returns the text of a complete media playlist (RFC 8216bis §4.4.3): relative URIs, unsigned. Its durations
 * add up to the exact total.
 */
export const formatMediaPlaylist = (list: MediaPlaylistInput): string => {
  const inits = list.parts.filter(({ role }) => role === 'init')
  const features = inits.length > 0 ? [...list.features, list.mapFeature] : list.features
  const durations = roundPartDurations(list.entries, microseconds)
  // All playlists of a file share the target duration; a longer entry would make the playlist invalid.
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
