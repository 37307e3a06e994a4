import type { ContentPart, VodParts } from '../media/content-export.ts'
import { durationsOf, type Timed } from '../vod/part-durations.ts'
import { extensionOf } from '../vod/part-extension.ts'
import { type Feature, lowestVersion } from './version.ts'

const microseconds = 1_000_000

/** As resolved from a list's own place below `/api/1/content_files/exports/`. */
const uriOf = (part: ContentPart): string => `parts/${part.uid}.${extensionOf(part)}`

/** What a player fetches at one time. */
export type ListEntry = Timed & {
  readonly part: ContentPart
  /** Of which bytes of the part: `length@offset`; `null` for all of it. */
  readonly byteRange: string | null
}

/** What is the same in media playlists of all kinds. */
export type ListText = Pick<VodParts, 'targetDuration' | 'parts'> & {
  readonly features: ReadonlyArray<Feature>
  /** What initialises makes it need, where there is any. */
  readonly mapFeature: Feature
  /** The tag that says how its entries may be decoded. */
  readonly nature: string
  readonly entries: ReadonlyArray<ListEntry>
}

/**
 * The text of a complete media playlist (RFC 8216bis §4.4.3): relative URIs, unsigned. Its durations add up to the
 * exact one.
 */
export const toListText = (list: ListText): string => {
  const inits = list.parts.filter(({ role }) => role === 'init')
  const features = inits.length > 0 ? [...list.features, list.mapFeature] : list.features
  const durations = durationsOf(list.entries, microseconds)
  // The target is the same in all lists of a file; an entry that outlasts it would make the list invalid.
  const longest = durations.reduce((a, b) => Math.max(a, b), 0)
  const target = Math.max(1, list.targetDuration, Math.round(longest / microseconds))

  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${lowestVersion(features)}`,
    `#EXT-X-TARGETDURATION:${target}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    list.nature,
    ...inits.map((init) => `#EXT-X-MAP:URI="${uriOf(init)}"`),
  ]
  list.entries.forEach(({ part, byteRange }, i) => {
    lines.push(`#EXTINF:${((durations[i] ?? 0) / microseconds).toFixed(6)},`)
    if (byteRange !== null) lines.push(`#EXT-X-BYTERANGE:${byteRange}`)
    lines.push(uriOf(part))
  })
  return `${lines.join('\n')}\n#EXT-X-ENDLIST\n`
}
