import { refine } from './refine.ts'
import { isStorableText } from './storable-text.ts'

// Codecs of values in replies. They describe what Larder sends, and decode nothing that comes from outside.

const isNumber = (u: unknown): u is number => typeof u === 'number' && Number.isFinite(u)

/** A whole number of at least 0: a count, or a size in bytes. */
export const Count = refine(
  'count',
  (u): u is number => Number.isSafeInteger(u) && Number(u) >= 0,
  'should be a whole number of at least 0',
  { type: 'integer', minimum: 0 },
)

/** A number of at least 0, such as a duration in seconds. */
export const Amount = refine(
  'amount',
  (u): u is number => isNumber(u) && u >= 0,
  'should be a number of at least 0',
  { type: 'number', minimum: 0 },
)

export const Fraction = refine(
  'fraction',
  (u): u is number => isNumber(u) && u >= 0 && u <= 1,
  'should be a number from 0 to 1',
  { type: 'number', minimum: 0, maximum: 1 },
)

/** A text of RFC 3339, in UTC. */
export const TimeText = refine(
  'time',
  (u): u is string => typeof u === 'string' && Number.isFinite(Date.parse(u)),
  'should be a time of RFC 3339, in UTC',
  { type: 'string', format: 'date-time' },
)

/** An absolute URL. */
export const UrlText = refine(
  'url',
  (u): u is string => typeof u === 'string' && isStorableText(u),
  'should be an absolute URL',
  { type: 'string', format: 'uri' },
)
