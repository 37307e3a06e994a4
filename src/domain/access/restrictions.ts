import * as t from 'io-ts'
import { refine } from '../shared/refine.ts'
import { storableText } from '../shared/storable-text.ts'

/** A time span of a video, in seconds: `0 ≤ from < to`. */
export type Clip = readonly [from: number, to: number]
export const Clip = refine(
  'Clip',
  (u): u is Clip => {
    const [from, to, ...more]: ReadonlyArray<unknown> = Array.isArray(u) ? u : []
    return typeof from === 'number' && typeof to === 'number' && 0 <= from && from < to && more.length === 0
  },
  'should be two numbers of seconds, [from, to], with 0 ≤ from < to',
  { type: 'array', items: { type: 'number', minimum: 0 }, minItems: 2, maxItems: 2 },
)

const Height = refine(
  'Height',
  (u): u is number => Number.isSafeInteger(u) && Number(u) > 0,
  'should be a whole number of pixels above 0',
  { type: 'integer', minimum: 1 },
)

/** Longer than any uid, so that a token that names something else opens nothing, and is not refused as malformed. */
const ExportUid = storableText({ maxCharacters: 4096 })

/**
 * Limits what a token opens of its file (http-api.md §2.4). A missing member restricts nothing. `maxh`:
 * maximum height of a rendition (pixels). `clip`: the permitted time span of a video. `exports`: uids of the
 * permitted exports. An image has no time, so a clip does not restrict it.
 */
export const Restrictions = t.exact(
  t.partial({ maxh: Height, clip: Clip, exports: t.readonlyArray(ExportUid) }, 'Restrictions'),
)
export type Restrictions = Readonly<t.TypeOf<typeof Restrictions>>

export const unrestricted: Restrictions = {}

export const isUnrestricted = ({ maxh, clip, exports }: Restrictions): boolean =>
  maxh === undefined && clip === undefined && exports === undefined

/** The properties of an export on which restrictions depend. `height`: pixels; `null` for audio. */
export type ExportFacts = { readonly uid: string; readonly height: number | null }

export const permitsExport = ({ maxh, exports }: Restrictions, { uid, height }: ExportFacts): boolean =>
  (maxh === undefined || height === null || height <= maxh) &&
  (exports === undefined || exports.includes(uid))

/** Start and end of a segment, in seconds from the start of its export. */
export type TimeSpan = { readonly start: number; readonly end: number }

// Minimum overlap of a segment with the clip (seconds). A playlist requires twice as much overlap as the
// route of segments. So a rounding error can never make a playlist name a segment that the route refuses.
const leastListed = 0.002
const leastServed = 0.001

const overlaps = ([from, to]: Clip, { start, end }: TimeSpan, least: number): boolean =>
  start < to - least && end > from + least

/** Returns whether a playlist of the clip names the segment. */
export const isSegmentInClipPlaylist = (clip: Clip, span: TimeSpan): boolean =>
  overlaps(clip, span, leastListed)

/** The properties of a segment on which restrictions depend. */
export type PartFacts = ExportFacts & {
  readonly format: 'm3u8' | 'mp4'
  /** Time span of the segment; `null` for an init segment, which has no duration. */
  readonly span: TimeSpan | null
}

/**
 * Returns whether a segment is permitted. An `mp4` export has a single part, which cannot be cut. So a clip
 * permits this part only if the clip covers all of it.
 */
export const permitsPart = (restrictions: Restrictions, part: PartFacts): boolean => {
  if (!permitsExport(restrictions, part)) return false
  const { clip } = restrictions
  if (clip === undefined || part.span === null) return true
  if (part.format === 'm3u8') return overlaps(clip, part.span, leastServed)
  const [from, to] = clip
  return from <= part.span.start + leastServed && to >= part.span.end - leastServed
}
