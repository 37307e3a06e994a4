import type { ByteRange } from '../../domain/media/bytes.ts'

/** The bytes that a Range header selects from a representation of known length. */
export type RangeSelection =
  | { readonly _tag: 'Whole' }
  | { readonly _tag: 'One'; readonly range: ByteRange }
  /** 2 to 8 ranges that neither overlap nor touch, in the order of the request. */
  | { readonly _tag: 'Several'; readonly ranges: ReadonlyArray<ByteRange> }
  | { readonly _tag: 'Unsatisfiable' }

type OrderedRange = ByteRange & { readonly order: number }

const whole: RangeSelection = { _tag: 'Whole' }
const unsatisfiable: RangeSelection = { _tag: 'Unsatisfiable' }

const MAX_PARTS = 8

// Four times the length of eight ranges with the largest positions. A longer header is ignored, as
// RFC 9110 §14.2 allows, so that a hostile header costs nothing.
const MAX_HEADER = 1024

/**
 * Decides which bytes a Range header selects (RFC 9110 §14.1–14.2, http-api.md §6.1).
 *
 * Ignores a header that is malformed, has another unit, is longer than 1024 characters, or selects more than
 * 8 ranges after merging.
 */
export const selectRanges = (header: string | undefined, length: number): RangeSelection => {
  if (header === undefined || header.length > MAX_HEADER) return whole
  const specs = specsOf(header)
  if (specs === undefined) return whole

  const found = specs.flatMap(([first, last], order) => resolve(first, last, length, order) ?? [])
  if (found.length === 0) return unsatisfiable

  const ranges = merged(found)
  const [only] = ranges
  // A suffix range of an empty file has no bytes. §14.1.2 calls it satisfiable, but no Content-Range can
  // express it.
  if (only === undefined || only.start === only.end || ranges.length > MAX_PARTS) return whole
  return ranges.length === 1 ? { _tag: 'One', range: only } : { _tag: 'Several', ranges }
}

/** Returns the digits of each range (`first-last`, `first-`, `-suffix`) as text; `undefined` if malformed. */
const specsOf = (header: string): ReadonlyArray<readonly [first: string, last: string]> | undefined => {
  // A list may start with an empty element, so a space before a comma is valid, but not before a range.
  const unit = /^bytes=(?![ \t]+[\d-])/i.exec(header)
  if (unit === null) return undefined

  const specs: Array<readonly [string, string]> = []
  for (const element of header.slice(unit[0].length).split(',')) {
    // A recipient ignores empty elements (RFC 9110 §5.6.1.2).
    if (/^[ \t]*$/.test(element)) continue
    const [, first = '', last = ''] = /^[ \t]*(\d*)-(\d*)[ \t]*$/.exec(element) ?? []
    if (first === '' && last === '') return undefined
    if (first !== '' && last !== '' && isBefore(last, first)) return undefined
    specs.push([first, last])
  }
  return specs.length === 0 ? undefined : specs
}

/**
 * Compares numbers in digits of any length. Long ones are compared as BigInt, because a number would be
 * rounded.
 */
const isBefore = (a: string, b: string): boolean =>
  a.length <= 15 && b.length <= 15 ? Number(a) < Number(b) : BigInt(a) < BigInt(b)

/** Returns the bytes of one range; `undefined` if unsatisfiable. Values beyond 2^53 exceed any length. */
const resolve = (first: string, last: string, length: number, order: number): OrderedRange | undefined => {
  if (first === '') {
    const suffix = Number(last)
    return suffix === 0 ? undefined : { start: Math.max(0, length - suffix), end: length, order }
  }
  const start = Number(first)
  if (start >= length) return undefined
  return { start, end: last === '' ? length : Math.min(Number(last) + 1, length), order }
}

/** Merges ranges that overlap or touch; a merged range takes the position of its first member (§15.3.7.2). */
const merged = (ranges: ReadonlyArray<OrderedRange>): ReadonlyArray<ByteRange> => {
  const groups: OrderedRange[] = []
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const group = groups.at(-1)
    if (group === undefined || range.start > group.end) {
      groups.push(range)
      continue
    }
    groups[groups.length - 1] = {
      start: group.start,
      end: Math.max(group.end, range.end),
      order: Math.min(group.order, range.order),
    }
  }
  return groups.sort((a, b) => a.order - b.order).map(({ start, end }) => ({ start, end }))
}
