import * as t from 'io-ts'

const decimal = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const integer = /^\d+$/

/**
 * Creates the codec of a number in a query. Rejects `nan`, `inf` and repeated parameters. `expectation` is
 * the error message.
 */
const numeric = (
  name: string,
  expectation: string,
  notation: RegExp,
  holds: (n: number) => boolean,
): t.Type<number, string, unknown> =>
  new t.Type(
    name,
    (u): u is number => typeof u === 'number' && Number.isFinite(u) && holds(u),
    (u, context) => {
      const n = typeof u === 'string' && notation.test(u) ? Number(u) : Number.NaN
      return Number.isFinite(n) && holds(n) ? t.success(n) : t.failure(u, context, expectation)
    },
    String,
  )

/** Codec of a length in CSS pixels. */
export const Pixels = numeric('pixels', 'should be a number of at least 1', decimal, (n) => n >= 1)
/** Codec of the device pixels per CSS pixel. */
export const PixelRatio = numeric(
  'pixel_ratio',
  'should be a number above 0 and up to 16',
  decimal,
  (n) => n > 0 && n <= 16,
)
/** Codec of a bandwidth in bits per second. */
export const Bandwidth = numeric('bandwidth', 'should be a whole number of at least 0', integer, () => true)
/** Codec of the number of items in a page of a list (http-api.md §12.1). */
export const PageLimit = numeric(
  'limit',
  'should be a whole number from 1 to 200',
  integer,
  (n) => n >= 1 && n <= 200,
)
/** Codec of the position in a list at which a page starts: `next` of the page before. */
export const PageStart = numeric(
  'cursor',
  'should be "next" of a page',
  integer,
  (n) => Number.isSafeInteger(n) && n >= 0,
)
