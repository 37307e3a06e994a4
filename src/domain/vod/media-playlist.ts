import type { ContentPart, VodParts } from '../export/content-export.ts'
import { lowestVersion } from '../hls/version.ts'
import { durationsOf } from './part-durations.ts'
import { extensionOf } from './part-extension.ts'

const microseconds = 1_000_000

/** As resolved from the playlist's own place, `/api/1/content_files/exports/{cfe}.m3u8`. */
const uriOf = (part: ContentPart): string => `parts/${part.uid}.${extensionOf(part)}`

/**
 * The media playlist of an export (RFC 8216bis §4.4.3, wire.md §5.6): a pure function of its parts, with
 * relative URIs, unsigned. Its durations add up to the exact one.
 */
export const toMediaPlaylist = ({ targetDuration, parts }: VodParts): string => {
  const inits = parts.filter((part) => part.role === 'init')
  const media = parts.filter((part) => part.role === 'media')
  const durations = durationsOf(media, microseconds)
  // The target is the same in all exports of a file; a part that outlasts it would make the list invalid.
  const longest = durations.reduce((a, b) => Math.max(a, b), 0)
  const target = Math.max(1, targetDuration, Math.round(longest / microseconds))

  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${lowestVersion(inits.length > 0 ? ['decimalDurations', 'map'] : ['decimalDurations'])}`,
    `#EXT-X-TARGETDURATION:${target}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...inits.map((init) => `#EXT-X-MAP:URI="${uriOf(init)}"`),
  ]
  media.forEach((part, i) => {
    lines.push(`#EXTINF:${((durations[i] ?? 0) / microseconds).toFixed(6)},`, uriOf(part))
  })
  return `${lines.join('\n')}\n#EXT-X-ENDLIST\n`
}
