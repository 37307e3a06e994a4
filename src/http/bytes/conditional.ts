import type { Clock } from '../../ports/clock.ts'
import { parseHttpDate } from './http-date.ts'

/** Request headers in lower case, as Node gives them: repeated ones joined by a comma. */
export type ConditionalHeaders = {
  readonly range?: string | undefined
  readonly 'if-match'?: string | undefined
  readonly 'if-none-match'?: string | undefined
  readonly 'if-modified-since'?: string | undefined
  readonly 'if-unmodified-since'?: string | undefined
  // Node's types do not know this one, and give it the form of the rare headers that come as a list.
  readonly 'if-range'?: string | ReadonlyArray<string> | undefined
}

export type Validators = {
  /** Strong, with its quotes; `undefined` when there is none to compare with. */
  readonly etag: string | undefined
  /** Seconds since 1970-01-01T00:00Z. */
  readonly lastModified?: number | undefined
}

export type Decision = 'send' | 'not-modified' | 'precondition-failed' | 'ignore-range'

/**
 * Evaluates the preconditions of a GET or HEAD in the order of RFC 9110 §13.2.2 (http-api.md §6.2).
 * `ignore-range`: send, and the whole of it, since the range was meant for another representation.
 */
export const evaluateConditions = (
  headers: ConditionalHeaders,
  validators: Validators,
  clock: Clock,
): Decision => {
  if (headers['if-match'] !== undefined) {
    if (!listsTag(headers['if-match'], validators.etag, 'strong')) return 'precondition-failed'
  } else if (isModifiedSince(headers['if-unmodified-since'], validators, clock) === true) {
    return 'precondition-failed'
  }

  if (headers['if-none-match'] !== undefined) {
    if (listsTag(headers['if-none-match'], validators.etag, 'weak')) return 'not-modified'
  } else if (isModifiedSince(headers['if-modified-since'], validators, clock) === false) {
    return 'not-modified'
  }

  if (headers.range === undefined || headers['if-range'] === undefined) return 'send'
  return isSame(headers['if-range'], validators, clock) ? 'send' : 'ignore-range'
}

/** `undefined` when the header or the date of the representation is missing, or the header is no HTTP-date. */
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
 * If-Range (§13.1.5): the strong tag itself, or the exact date. The date counts as strong, which §8.8.2.2 asks
 * for, because the bytes of an export never change.
 */
const isSame = (
  header: string | ReadonlyArray<string>,
  { etag, lastModified }: Validators,
  clock: Clock,
): boolean => {
  const value = String(header)
  if (value === etag) return true
  return lastModified !== undefined && parseHttpDate(value, clock) === lastModified
}

/**
 * Whether the `*` or the list of entity tags (§8.8.3) in `header` names `etag`. By the strong comparison a
 * weak tag names nothing; by the weak one `W/` makes no difference (§8.8.3.2). What follows a fault is not read.
 */
const listsTag = (header: string, etag: string | undefined, comparison: 'strong' | 'weak'): boolean => {
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
