// Uids as texts. This file loads no codecs, which ids.ts does.

// Returns whether a value is a uid. New uids have a prefix for their kind. Older uids may have none, so only
// the alphabet is checked.
export const isUid = (u: unknown): u is string => typeof u === 'string' && /^[A-Za-z0-9_-]{1,80}$/.test(u)

/** The prefixes of new uids, each with the kind that it stands for. */
export const uidKinds = {
  if: 'imageFile',
  ife: 'imageExport',
  cf: 'contentFile',
  cfe: 'contentExport',
  cfep: 'contentPart',
  s3f: 'storedFile',
  job: 'job',
  ins: 'instance',
  pu: 'purge',
  up: 'upload',
  ut: 'ticket',
} as const
export type UidKind = (typeof uidKinds)[keyof typeof uidKinds]

const prefixes = Object.keys(uidKinds).join('|')
// Matches a new uid. The 22 random characters may contain the text of such a prefix, and any UID_PREFIX (a
// setting) may come before the prefix.
const newUid = new RegExp(`(?:^|_)(${prefixes})_[A-Za-z0-9_-]{22}$`)
const shortUid = new RegExp(`^(${prefixes})_`)

/** Returns the kind of a uid, from its prefix; `null` for an old uid without a prefix. */
export const kindOfUid = (uid: string): UidKind | null => {
  const prefix = (newUid.exec(uid) ?? shortUid.exec(uid))?.[1]
  return prefix === undefined ? null : uidKinds[prefix as keyof typeof uidKinds]
}
