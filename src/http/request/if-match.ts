import { versionTagMissing } from './request-faults.ts'

/** One entity tag of a list (RFC 9110 §8.8.3), with the comma after it. */
const element = /[ \t]*(?:(?<weak>W\/)?"(?<opaque>[\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y

const versionTag = /^[1-9]\d{0,14}$/

/** Returns the entity tag of a version. */
export const versionTagOf = (version: number): string => `"${version}"`

/**
 * Returns the versions that the header If-Match permits; `null` for `*`, which permits any. A weak tag and one that
 * Larder never sent match nothing. What follows a syntax error is ignored.
 */
export const permittedVersions = (header: string): ReadonlyArray<number> | null => {
  if (header.trim() === '*') return null
  const versions: number[] = []
  const pattern = new RegExp(element)
  while (pattern.lastIndex < header.length) {
    const match = pattern.exec(header)
    if (match === null) break
    const { weak, opaque = '' } = match.groups ?? {}
    if (weak === undefined && versionTag.test(opaque)) versions.push(Number(opaque))
  }
  return versions
}

/** Says, in place of a mismatch, that the header had no tag of a version, if these versions are all that it permits. */
export const orTagMissing =
  (versions: ReadonlyArray<number> | null) =>
  <F extends { readonly _tag: string }>(error: F) =>
    error._tag === 'VersionMismatch' && versions?.length === 0 ? versionTagMissing : error
