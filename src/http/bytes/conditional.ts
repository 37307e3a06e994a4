import type { Clock } from '../../ports/clock.ts'
import { parseHttpDate } from './http-date.ts'

/** Request headers with lower-case names, as Node provides them: repeated headers are joined by commas. */
export type ConditionalHeaders = {
  readonly range?: string | undefined
  readonly 'if-match'?: string | undefined
  readonly 'if-none-match'?: string | undefined
  readonly 'if-modified-since'?: string | undefined
  readonly 'if-unmodified-since'?: string | undefined
  // Node's types lack this header, so it has the type of unknown headers, which may be lists.
  readonly 'if-range'?: string | ReadonlyArray<string> | undefined
}

type Validators = {
  /** A strong entity tag with quotes; `undefined` if the representation has none. */
  readonly etag: string | undefined
  /** Time of the last change, in seconds since 1970-01-01T00:00Z. */
  readonly lastModified?: number | undefined
}

export type ConditionOutcome = 'send' | 'not-modified' | 'precondition-failed' | 'ignore-range'

/**
 * Evaluates the preconditions of a GET or HEAD in the order of RFC 9110 §13.2.2 (http-api.md §6.2). The
 * result `ignore-range` means that the whole representation is sent, because the range refers to another
 * version of it.
 */
export const evaluateConditions = (
  headers: ConditionalHeaders,
  validators: Validators,
  clock: Clock,
): ConditionOutcome => {
  if (headers['if-match'] !== undefined) {
    if (!matchesTag(headers['if-match'], validators.etag, 'strong')) return 'precondition-failed'
  } else if (isModifiedSince(headers['if-unmodified-since'], validators, clock) === true) {
    return 'precondition-failed'
  }

  if (headers['if-none-match'] !== undefined) {
    if (matchesTag(headers['if-none-match'], validators.etag, 'weak')) return 'not-modified'
  } else if (isModifiedSince(headers['if-modified-since'], validators, clock) === false) {
    return 'not-modified'
  }

  if (headers.range === undefined || headers['if-range'] === undefined) return 'send'
  return matchesIfRange(headers['if-range'], validators, clock) ? 'send' : 'ignore-range'
}

/**
 * Returns whether the file was modified after the date in the header. Returns `undefined` if one of the two
 * dates is missing, or if the header is not an HTTP-date.
 */
const isModifiedSince = (
  header: string | undefined,
  { lastModified }: Validators,
  clock: Clock,
): boolean | undefined => {
  if (header === undefined || lastModified === undefined) return undefined
  const since = parseHttpDate(header, clock)
  return since === undefined ? undefined : lastModified > since
}

/**
 * Returns whether If-Range (§13.1.5) matches the strong tag or the exact date. The date can be used as a
 * strong validator (§8.8.2.2), because the bytes of an export never change.
 */
const matchesIfRange = (
  header: string | ReadonlyArray<string>,
  { etag, lastModified }: Validators,
  clock: Clock,
): boolean => {
  const value = String(header)
  if (value === etag) return true
  return lastModified !== undefined && parseHttpDate(value, clock) === lastModified
}

/**
 * Returns whether `header`, a `*` or a list of entity tags (§8.8.3), matches `etag`. In the strong comparison
 * a weak tag never matches; in the weak comparison `W/` is ignored (§8.8.3.2). Parsing stops at a syntax
 * error.
 */
const matchesTag = (header: string, etag: string | undefined, comparison: 'strong' | 'weak'): boolean => {
  if (header === etag || header === '*') return true
  if (etag === undefined) return false

  const element = /[ \t]*(?:(?<weak>W\/)?(?<opaque>"[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|$)/y
  while (element.lastIndex < header.length) {
    const match = element.exec(header)
    if (match === null) return false
    const { weak, opaque } = match.groups ?? {}
    if (opaque === etag && (comparison === 'weak' || weak === undefined)) return true
  }
  return false
}
