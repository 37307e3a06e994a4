import type * as t from 'io-ts'
import { refine } from '../shared/refine.ts'
import { isUid } from './uid-text.ts'

declare const kind: unique symbol
/**
 * An opaque id (http-api.md §1.2). The kind exists only in the type, so that the compiler rejects, for
 * example, an export's uid in place of an image's uid.
 */
type Uid<K extends string> = string & { readonly [kind]: K }

const schemaOfUid = (description: string) => ({
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{1,80}$',
  description,
})

/** `what`: what the uid names, for clients. */
const uidOf = <const K extends string>(name: K, what: string): t.Type<Uid<K>, string, unknown> =>
  refine(
    name,
    (u): u is Uid<K> => isUid(u),
    'should be a uid: 1 to 80 letters, digits, _ and -',
    schemaOfUid(`The uid of ${what}.`),
  )

/** A uid of any kind, as an admin writes it. */
export const AnyUid = refine('uid', isUid, 'should be a uid', schemaOfUid('A uid.'))

export const ImageFileUid = uidOf('ImageFileUid', 'a picture')
export type ImageFileUid = t.TypeOf<typeof ImageFileUid>

export const ImageExportUid = uidOf('ImageExportUid', 'an export of a picture')
export type ImageExportUid = t.TypeOf<typeof ImageExportUid>

export const ContentFileUid = uidOf('ContentFileUid', 'a sound or film')
export type ContentFileUid = t.TypeOf<typeof ContentFileUid>

export const ContentExportUid = uidOf('ContentExportUid', 'an export of a sound or film')
export type ContentExportUid = t.TypeOf<typeof ContentExportUid>

export const ContentPartUid = uidOf('ContentPartUid', 'a part')
export type ContentPartUid = t.TypeOf<typeof ContentPartUid>

export const JobUid = uidOf('JobUid', 'a job')
export type JobUid = t.TypeOf<typeof JobUid>

export const StoredFileUid = uidOf('StoredFileUid', 'a stored file')
export type StoredFileUid = t.TypeOf<typeof StoredFileUid>

export const InstanceUid = uidOf('InstanceUid', 'a server')
export type InstanceUid = t.TypeOf<typeof InstanceUid>

export const PurgeUid = uidOf('PurgeUid', 'a purge')
export type PurgeUid = t.TypeOf<typeof PurgeUid>

export const UploadUid = uidOf('UploadUid', 'an upload')
export type UploadUid = t.TypeOf<typeof UploadUid>

export const TicketUid = uidOf('TicketUid', 'a ticket')
export type TicketUid = t.TypeOf<typeof TicketUid>
