import * as t from 'io-ts'
import { JobUid, TicketUid, UploadUid } from '../../domain/media/ids.ts'
import { mediaKinds } from '../../domain/media/media-kind.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import {
  type NewUpload,
  storedUploadStates,
  type Upload,
  type UploadTarget,
  uploadProtocols,
} from '../../domain/upload/upload.ts'
import { epochMilliseconds, intervalOf } from './sql-times.ts'

const MediaKind = oneOf('media_kind', mediaKinds)

const targetCodecs = { media: nullable(t.string), mediaKind: nullable(MediaKind), job: nullable(JobUid) }

export const TargetRow = snakeCased(t.strict(targetCodecs))

/** What uploads of the same bytes have in common, once one is received. */
export const ReceivedRow = t.strict({ sha512: t.string, media: t.string })

export const UploadRow = snakeCased(
  t.strict({
    ...targetCodecs,
    uid: UploadUid,
    admin: nullable(t.string),
    ticket: nullable(TicketUid),
    ticketAdmin: nullable(t.string),
    protocol: oneOf('upload_protocol', uploadProtocols),
    folder: t.string,
    state: oneOf('upload_state', storedUploadStates),
    length: nullable(t.number),
    receivedOffset: t.number,
    hashes: nullable(t.strict({ sha512: t.string })),
    name: t.string,
    title: nullable(t.string),
    alt: nullable(t.string),
    public: t.boolean,
    metadata: t.UnknownRecord,
    kinds: nullable(t.readonlyArray(MediaKind)),
    maxBytes: t.number,
    deduplicates: t.boolean,
    view: t.boolean,
    sentMetadata: nullable(t.string),
    sha512: nullable(t.string),
    reason: nullable(t.string),
    createdAt: t.number,
    touchedAt: t.number,
    expiresAt: t.number,
  }),
)

const timeColumn = (column: string): string => `${epochMilliseconds(`u.${column}`)} as ${column}`

/** The columns of UploadRow. The row of the upload must be named `u` in the statement. */
export const uploadColumns = `
  u.uid, u.admin, u.ticket, u.ticket_admin, u.protocol, u.folder, u.state, u.length, u.received_offset, u.hashes, u.name, u.title, u.alt,
  u.public, u.metadata, u.kinds, u.max_bytes, u.deduplicates, u.view, u.sent_metadata, u.sha512, u.media,
  u.media_kind, u.job, u.reason, ${['created_at', 'touched_at', 'expires_at'].map(timeColumn).join(', ')}`

export const toTarget = ({ media, mediaKind, job }: t.TypeOf<typeof TargetRow>): UploadTarget | null =>
  media === null || mediaKind === null ? null : { kind: mediaKind, media, job }

export const toUpload = (row: t.TypeOf<typeof UploadRow>): Upload => {
  const { admin, ticket, ticketAdmin, receivedOffset, title, alt, public: isPublic, metadata, view } = row
  const { media, mediaKind, job, sha512, ...rest } = row
  const { uid, protocol, folder, state, length, hashes, name, kinds, maxBytes, deduplicates } = rest
  const { sentMetadata, reason, createdAt, touchedAt, expiresAt } = rest
  return {
    uid,
    // A check of the table says that one of them is set.
    owner:
      ticket === null
        ? { kind: 'admin', sub: admin ?? '' }
        : { kind: 'ticket', ticket, admin: ticketAdmin ?? '' },
    protocol,
    folder,
    state,
    length,
    offset: receivedOffset,
    hashes,
    name,
    details: { title, alt, isPublic, metadata },
    kinds,
    maxBytes,
    deduplicates,
    mayView: view,
    sentMetadata,
    sha512,
    target: toTarget({ media, mediaKind, job }),
    reason,
    createdAt,
    touchedAt,
    expiresAt,
  }
}

/** An upload that lasts longer is deleted, however often bytes of it arrive. */
const maxUploadSeconds = 7 * 86_400

/** The time when an upload expires to which a byte arrives now. `created`: the time when it began. */
export const expiryOf = (seconds: string, created: string): string =>
  `least(now() + ${intervalOf(`1000 * ${seconds}`)}, ${created} + interval '${maxUploadSeconds} seconds')`

/** Returns the bindings of the insert of an upload. */
export const uploadBindings = ({
  uid,
  owner,
  protocol,
  folder,
  length,
  name,
  details,
  ...rest
}: NewUpload) => ({
  uid,
  admin: owner.kind === 'admin' ? owner.sub : null,
  ticket: owner.kind === 'ticket' ? owner.ticket : null,
  protocol,
  folder,
  length,
  announced: rest.announced,
  name,
  title: details.title,
  alt: details.alt,
  public: details.isPublic,
  metadata: JSON.stringify(details.metadata),
  kinds: rest.kinds === null ? null : [...rest.kinds],
  maxBytes: rest.maxBytes,
  deduplicates: rest.deduplicates,
  view: rest.mayView,
  sentMetadata: rest.sentMetadata,
})

export const insertUpload = `
  insert into uploads (
    uid, admin, ticket, ticket_admin, protocol, folder, length, announced, name, title, alt, public, metadata, kinds,
    max_bytes, deduplicates, view, sent_metadata, expires_at
  ) values (
    :uid, :admin, :ticket, (select admin from upload_tickets where uid = :ticket), :protocol, :folder, :length,
    :announced, :name, :title, :alt, :public, cast(:metadata as jsonb), :kinds, :maxBytes, :deduplicates, :view, :sentMetadata,
    ${expiryOf(':expireSeconds', 'now()')}
  )`

/**
 * The bytes that the uploads of a folder have announced, without one of them, and that are not on its disk yet. With `holdsOriginals`
 * also those of their originals.
 */
export const selectAnnounced = `
  select cast(coalesce(sum(bytes), 0) as double precision) as bytes from (
    select greatest(coalesce(length, announced) - received_offset, 0)
      + case when cast(:holdsOriginals as boolean) then greatest(coalesce(length, announced), received_offset) else 0 end as bytes
    from uploads where folder = :folder and state = 'receiving' and uid <> :uid
    union all
    select length from uploads where folder = :folder and state = 'received' and cast(:holdsOriginals as boolean)
  ) announcements`

/** One at a time of a folder decides whether there is space: what it announces counts for the next. */
export const lockSpace = `select pg_advisory_xact_lock(hashtextextended('upload space ' || :folder, 0))`

/** One at a time decides what becomes of the same bytes. */
export const lockBytes = `select pg_advisory_xact_lock(hashtextextended('upload bytes ' || :sha512, 0))`

export const takeTicket = `
  update upload_tickets set used = used + 1
  where uid = :ticket and used < count and expires_at > now() returning admin`

/** One at a time begins an upload by a ticket of an admin, so that their number is exact. */
export const lockTickets = `select pg_advisory_xact_lock(hashtextextended('upload tickets ' || :admin, 0))`

/** Those that have expired do not count: if their folder is gone, no sweep deletes them. */
export const selectUnfinishedByTickets = `
  select count(*) as count from uploads where ticket_admin = :admin and state = 'receiving' and ticket is not null
    and expires_at > now()`

export const giveTicketBack = 'update upload_tickets set used = used - 1 where uid = :ticket and used > 0'

/** The file or the received upload that has these bytes. */
export const selectTwins = `
  select uid as media, 'image' as media_kind, cast(null as text) as job from image_files
  where original_sha512 = :sha512 and deleted_at is null
  union all
  select uid, 'content', null from content_files where original_sha512 = :sha512 and deleted_at is null
  union all
  (select media, media_kind, job from uploads where sha512 = :sha512 and state = 'received' and deduplicates limit 1)`
