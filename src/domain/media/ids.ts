import type * as t from 'io-ts'
import { refine } from '../shared/refine.ts'

declare const kind: unique symbol
/**
 * An opaque id (http-api.md §1.2). The kind exists only for the compiler: it rejects an export's uid in place
 * of an image's uid.
 */
type Uid<K extends string> = string & { readonly [kind]: K }

// New uids have a prefix for their kind; older ones may not, so only the alphabet is checked.
export const isUid = (u: unknown): u is string => typeof u === 'string' && /^[A-Za-z0-9_-]{1,80}$/.test(u)

/** The prefixes of new uids, with the kinds that they stand for. */
export const uidKinds = {
  if: 'imageFile',
  ife: 'imageExport',
  cf: 'contentFile',
  cfe: 'contentExport',
  cfep: 'contentPart',
  s3f: 'storedFile',
} as const
export type UidKind = (typeof uidKinds)[keyof typeof uidKinds]

const prefixes = Object.keys(uidKinds).join('|')
// The 22 random characters may contain such a prefix, and any UID_PREFIX (a setting) may precede the prefix.
const newUid = new RegExp(`(?:^|_)(${prefixes})_[A-Za-z0-9_-]{22}$`)
const shortUid = new RegExp(`^(${prefixes})_`)

/** Returns the kind by the prefix of a uid; `null` for an old uid without one. */
export const kindOfUid = (uid: string): UidKind | null => {
  const prefix = (newUid.exec(uid) ?? shortUid.exec(uid))?.[1]
  return prefix === undefined ? null : uidKinds[prefix as keyof typeof uidKinds]
}

const uidOf = <const K extends string>(name: K): t.Type<Uid<K>, string, unknown> =>
  refine(name, (u): u is Uid<K> => isUid(u))

export const ImageFileUid = uidOf('ImageFileUid')
export type ImageFileUid = t.TypeOf<typeof ImageFileUid>

export const ImageExportUid = uidOf('ImageExportUid')
export type ImageExportUid = t.TypeOf<typeof ImageExportUid>

export const ContentFileUid = uidOf('ContentFileUid')
export type ContentFileUid = t.TypeOf<typeof ContentFileUid>

export const ContentExportUid = uidOf('ContentExportUid')
export type ContentExportUid = t.TypeOf<typeof ContentExportUid>

export const ContentPartUid = uidOf('ContentPartUid')
export type ContentPartUid = t.TypeOf<typeof ContentPartUid>

export const StoredFileUid = uidOf('StoredFileUid')
export type StoredFileUid = t.TypeOf<typeof StoredFileUid>
