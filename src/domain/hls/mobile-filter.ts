import * as t from 'io-ts'
import { E } from '../../fp.ts'
import type { Size } from '../media/size-comparison.ts'
import { Bandwidth, PixelRatio, Pixels } from '../shared/query-numbers.ts'

/** The query of a master playlist (http-api.md §5.3). */
export type MobileFilter = {
  /** Width and height of the player in CSS pixels; `null` if the query does not contain them. */
  readonly size: Size | null
  /** Device pixels per CSS pixel. */
  readonly pixelRatio: number
  /** Minimum bit rate of a variant, in bits per second. */
  readonly minBandwidth: number
  /** Maximum bit rate of a variant, in bits per second; infinite if there is no limit. */
  readonly maxBandwidth: number
}

const Query = t.partial({ w: Pixels, h: Pixels, pr: PixelRatio, bmin: Bandwidth, bmax: Bandwidth })

const Decoded = t.strict({
  size: t.union([t.null, t.strict({ width: t.number, height: t.number })]),
  pixelRatio: t.number,
  minBandwidth: t.number,
  maxBandwidth: t.number,
})

const filterOf = ({ w, h, pr = 1, bmin = 0, bmax = Number.POSITIVE_INFINITY }: t.TypeOf<typeof Query>) => ({
  size: w === undefined || h === undefined ? null : { width: Math.ceil(w), height: Math.ceil(h) },
  pixelRatio: pr,
  minBandwidth: bmin,
  maxBandwidth: bmax,
})

const Filter = new t.Type<MobileFilter, unknown, unknown>(
  'MobileFilter',
  Decoded.is,
  (u, context) => {
    const query = Query.validate(u, context)
    if (E.isLeft(query)) return query
    const { bmin = 0, bmax = Number.POSITIVE_INFINITY } = query.right
    if (bmax >= bmin) return t.success(filterOf(query.right))
    return t.failure(bmax, t.appendContext(context, 'bmax', Bandwidth, bmax), 'should be at least bmin')
  },
  ({ size, pixelRatio, minBandwidth, maxBandwidth }) => ({
    ...(size === null ? {} : { w: String(size.width), h: String(size.height) }),
    pr: String(pixelRatio),
    bmin: String(minBandwidth),
    ...(Number.isFinite(maxBandwidth) ? { bmax: String(maxBandwidth) } : {}),
  }),
)

/** Decodes the query of a master playlist. Each error names its parameter. Unknown parameters are ignored. */
export const MobileFilter = Object.assign(Filter, { _tag: 'PartialType', props: Query.props })
