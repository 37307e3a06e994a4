import * as t from 'io-ts'

const where = <A>(name: string, is: (u: unknown) => u is A): t.Type<A, A, unknown> =>
  new t.Type(name, is, (u, context) => (is(u) ? t.success(u) : t.failure(u, context)), t.identity)

/** Seconds of a film, `0 ≤ from < to`. */
export type Clip = readonly [from: number, to: number]
export const Clip = where('Clip', (u): u is Clip => {
  const [from, to, ...more]: ReadonlyArray<unknown> = Array.isArray(u) ? u : []
  return typeof from === 'number' && typeof to === 'number' && 0 <= from && from < to && more.length === 0
})

const Height = where('Height', (u): u is number => Number.isSafeInteger(u) && Number(u) > 0)

/**
 * What a token does not open although it names the file (http-api.md §2.4); a member that is absent restricts nothing.
 * `maxh`: pixels, the greatest height of a rendition. `clip`: what of a film may be seen. `exports`: uids of the
 * exports that may be had. A picture has no time, so a clip takes nothing from it.
 */
export const Restrictions = t.exact(
  t.partial({ maxh: Height, clip: Clip, exports: t.readonlyArray(t.string) }, 'Restrictions'),
)
export type Restrictions = Readonly<t.TypeOf<typeof Restrictions>>

export const unrestricted: Restrictions = {}

export const restrictsNothing = ({ maxh, clip, exports }: Restrictions): boolean =>
  maxh === undefined && clip === undefined && exports === undefined

/** What restrictions look at in an export; sound has no height. */
export type ExportFacts = { readonly uid: string; readonly height: number | null }

export const permitsExport = ({ maxh, exports }: Restrictions, { uid, height }: ExportFacts): boolean =>
  (maxh === undefined || height === null || height <= maxh) &&
  (exports === undefined || exports.includes(uid))

/** Seconds from the start of the export. */
export type Span = { readonly start: number; readonly end: number }

// A list names what lies in the clip for this many seconds; bytes are given for half as much, so that no rounding
// of sums can make a list name a part that is then refused.
const leastListed = 0.002
const leastServed = 0.001

const reachesInto = ([from, to]: Clip, { start, end }: Span, least: number): boolean =>
  start < to - least && end > from + least

/** Whether a list cut to the clip names the part. */
export const isListed = (clip: Clip, span: Span): boolean => reachesInto(clip, span, leastListed)

/** What restrictions look at in a part. */
export type PartFacts = ExportFacts & {
  readonly format: 'm3u8' | 'mp4'
  /** `null`: an init segment, which shows nothing. */
  readonly span: Span | null
}

/**
 * Whether a part may be had. A whole film in one part (`mp4`) cannot be cut, so a clip opens it only where it leaves
 * out nothing.
 */
export const permitsPart = (restrictions: Restrictions, part: PartFacts): boolean => {
  if (!permitsExport(restrictions, part)) return false
  const { clip } = restrictions
  if (clip === undefined || part.span === null) return true
  if (part.format === 'm3u8') return reachesInto(clip, part.span, leastServed)
  const [from, to] = clip
  return from <= part.span.start + leastServed && to >= part.span.end - leastServed
}
