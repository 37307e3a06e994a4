import type * as t from 'io-ts'
import { refine } from '../shared/refine.ts'
import { isUid } from './uid-text.ts'

declare const kind: unique symbol
/**
 * An opaque id (http-api.md §1.2). The kind exists only in the type, so that the compiler rejects, for
 * example, an export's uid in place of an image's uid.
 */
type Uid<K extends string> = string & { readonly [kind]: K }

const uidSchema = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,80}$', description: 'A uid.' }

const uidOf = <const K extends string>(name: K): t.Type<Uid<K>, string, unknown> =>
  refine(name, (u): u is Uid<K> => isUid(u), 'should be a uid: 1 to 80 letters, digits, _ and -', uidSchema)

/** A uid of any kind, as an admin writes it. */
export const AnyUid = refine('uid', isUid, 'should be a uid', uidSchema)

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

export const JobUid = uidOf('JobUid')
export type JobUid = t.TypeOf<typeof JobUid>

export const StoredFileUid = uidOf('StoredFileUid')
export type StoredFileUid = t.TypeOf<typeof StoredFileUid>

export const InstanceUid = uidOf('InstanceUid')
export type InstanceUid = t.TypeOf<typeof InstanceUid>

export const PurgeUid = uidOf('PurgeUid')
export type PurgeUid = t.TypeOf<typeof PurgeUid>
