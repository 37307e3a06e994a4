import * as t from 'io-ts'
import { E } from '../../fp.ts'
import type { Size } from './size-comparison.ts'

/** What a viewer asks of a master playlist (wire.md §5.3). */
export type MobileFilter = {
  /** CSS pixels that it is to be shown on. */
  readonly size: Size | null
  /** Device pixels to a CSS pixel. */
  readonly pixelRatio: number
  /** Bits per second. */
  readonly minBandwidth: number
  /** Bits per second; infinite when there is no bound. */
  readonly maxBandwidth: number
}

const defaultMinBandwidth = 90_000

const decimal = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const integer = /^\d+$/

/** A number in a query; `nan`, `inf` and whatever is given twice are none. */
const numeric = (
  name: string,
  notation: RegExp,
  holds: (n: number) => boolean,
): t.Type<number, string, unknown> =>
  new t.Type(
    name,
    (u): u is number => typeof u === 'number' && Number.isFinite(u) && holds(u),
    (u, context) => {
      const n = typeof u === 'string' && notation.test(u) ? Number(u) : Number.NaN
      return Number.isFinite(n) && holds(n) ? t.success(n) : t.failure(u, context, `is not ${name}`)
    },
    String,
  )

const Pixels = numeric('a number of at least 1', decimal, (n) => n >= 1)
const PixelRatio = numeric('a number above 0 and up to 16', decimal, (n) => n > 0 && n <= 16)
const Bandwidth = numeric('a whole number of at least 0', integer, () => true)

const Query = t.partial({ w: Pixels, h: Pixels, pr: PixelRatio, bmin: Bandwidth, bmax: Bandwidth })

const Inside = t.strict({
  size: t.union([t.null, t.strict({ width: t.number, height: t.number })]),
  pixelRatio: t.number,
  minBandwidth: t.number,
  maxBandwidth: t.number,
})

const filterOf = ({ w, h, pr = 1, bmin, bmax = Number.POSITIVE_INFINITY }: t.TypeOf<typeof Query>) => ({
  size: w === undefined || h === undefined ? null : { width: Math.ceil(w), height: Math.ceil(h) },
  pixelRatio: pr,
  minBandwidth: bmin ?? Math.min(defaultMinBandwidth, bmax),
  maxBandwidth: bmax,
})

/** Decodes the query of a master playlist; each fault names its parameter. What it does not know, it ignores. */
export const MobileFilter = new t.Type<MobileFilter, unknown, unknown>(
  'MobileFilter',
  Inside.is,
  (u, context) => {
    const query = Query.validate(u, context)
    if (E.isLeft(query)) return query
    const { bmin = 0, bmax = Number.POSITIVE_INFINITY } = query.right
    if (bmax >= bmin) return t.success(filterOf(query.right))
    return t.failure(bmax, t.appendContext(context, 'bmax', Bandwidth, bmax), 'is less than bmin')
  },
  ({ size, pixelRatio, minBandwidth, maxBandwidth }) => ({
    ...(size === null ? {} : { w: String(size.width), h: String(size.height) }),
    pr: String(pixelRatio),
    bmin: String(minBandwidth),
    ...(Number.isFinite(maxBandwidth) ? { bmax: String(maxBandwidth) } : {}),
  }),
)
