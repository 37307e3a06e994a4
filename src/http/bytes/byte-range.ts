import type { ByteRange } from '../../domain/media/bytes.ts'

/** What a Range header asks for, of a representation of a given length. */
export type Selection =
  | { readonly _tag: 'Whole' }
  | { readonly _tag: 'One'; readonly range: ByteRange }
  /** 2 to 8 ranges that neither overlap nor touch, in the order in which they were first asked for. */
  | { readonly _tag: 'Several'; readonly ranges: ReadonlyArray<ByteRange> }
  | { readonly _tag: 'Unsatisfiable' }

type AskedRange = ByteRange & { readonly asked: number }

const whole: Selection = { _tag: 'Whole' }
const unsatisfiable: Selection = { _tag: 'Unsatisfiable' }

const MAX_PARTS = 8

// Eight ranges of the largest positions are a quarter of this. A longer header is ignored unread, which RFC 9110
// §14.2 allows, so that a hostile one costs nothing.
const MAX_HEADER = 1024

/**
 * Decides which bytes a Range header selects (RFC 9110 §14.1–14.2, http-api.md §6.1).
 *
 * A header that is malformed, of another unit, longer than 1024 characters, or that comes to more than 8
 * ranges after merging, is as good as none.
 */
export const selectRanges = (header: string | undefined, length: number): Selection => {
  if (header === undefined || header.length > MAX_HEADER) return whole
  const specs = specsOf(header)
  if (specs === undefined) return whole

  const found = specs.flatMap(([first, last], asked) => resolve(first, last, length, asked) ?? [])
  if (found.length === 0) return unsatisfiable

  const ranges = merged(found)
  const [only] = ranges
  // The one range without a byte is `-5` of nothing: satisfiable by §14.1.2, but no Content-Range can say so.
  if (only === undefined || only.start === only.end || ranges.length > MAX_PARTS) return whole
  return ranges.length === 1 ? { _tag: 'One', range: only } : { _tag: 'Several', ranges }
}

/** The digits of each range, as written (`first-last`, `first-`, `-suffix`), or `undefined` if malformed. */
const specsOf = (header: string): ReadonlyArray<readonly [first: string, last: string]> | undefined => {
  // A list may start with an empty element, and so with a space before a comma, but not with a space alone.
  const unit = /^bytes=(?![ \t]+[\d-])/i.exec(header)
  if (unit === null) return undefined

  const specs: Array<readonly [string, string]> = []
  for (const element of header.slice(unit[0].length).split(',')) {
    // A recipient passes over empty elements (RFC 9110 §5.6.1.2).
    if (/^[ \t]*$/.test(element)) continue
    const [, first = '', last = ''] = /^[ \t]*(\d*)-(\d*)[ \t]*$/.exec(element) ?? []
    if (first === '' && last === '') return undefined
    if (first !== '' && last !== '' && isBefore(last, first)) return undefined
    specs.push([first, last])
  }
  return specs.length === 0 ? undefined : specs
}

/** Compares digits of any length, where a number would round. */
const isBefore = (a: string, b: string): boolean =>
  a.length <= 15 && b.length <= 15 ? Number(a) < Number(b) : BigInt(a) < BigInt(b)

/** The bytes of one range; `undefined` when it is not satisfiable. Digits beyond 2^53 are beyond any length. */
const resolve = (first: string, last: string, length: number, asked: number): AskedRange | undefined => {
  if (first === '') {
    const suffix = Number(last)
    return suffix === 0 ? undefined : { start: Math.max(0, length - suffix), end: length, asked }
  }
  const start = Number(first)
  if (start >= length) return undefined
  return { start, end: last === '' ? length : Math.min(Number(last) + 1, length), asked }
}

/** Joins what overlaps or touches; each group stands where its first member was asked for (§15.3.7.2). */
const merged = (ranges: ReadonlyArray<AskedRange>): ReadonlyArray<ByteRange> => {
  const groups: AskedRange[] = []
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const group = groups.at(-1)
    if (group === undefined || range.start > group.end) {
      groups.push(range)
      continue
    }
    groups[groups.length - 1] = {
      start: group.start,
      end: Math.max(group.end, range.end),
      asked: Math.min(group.asked, range.asked),
    }
  }
  return groups.sort((a, b) => a.asked - b.asked).map(({ start, end }) => ({ start, end }))
}
