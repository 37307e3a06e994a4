import * as t from 'io-ts'
import type { Knex } from 'knex'
import { TicketUid } from '../../domain/media/ids.ts'
import { mediaKinds } from '../../domain/media/media-kind.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import type { UploadTicket } from '../../domain/upload/upload-ticket.ts'
import { O, pipe, TE } from '../../fp.ts'
import { expiredTicketSeconds, type TicketRepository } from '../../ports/ticket-repository.ts'
import { epochMilliseconds, intervalOf } from './sql-times.ts'
import { createStatements } from './statements.ts'

const TicketRow = snakeCased(
  t.strict({
    uid: TicketUid,
    admin: t.string,
    maxBytes: t.number,
    kinds: t.readonlyArray(oneOf('media_kind', mediaKinds)),
    count: t.number,
    used: t.number,
    origins: nullable(t.readonlyArray(t.string)),
    title: nullable(t.string),
    public: t.boolean,
    metadata: t.UnknownRecord,
    view: t.boolean,
    createdAt: t.number,
    expiresAt: t.number,
  }),
)

const columns = `
  uid, admin, max_bytes, kinds, count, used, origins, title, public, metadata, view,
  ${epochMilliseconds('created_at')} as created_at, ${epochMilliseconds('expires_at')} as expires_at`

const toTicket = (row: t.TypeOf<typeof TicketRow>): UploadTicket => {
  const { title, public: isPublic, metadata, view, ...rest } = row
  return { ...rest, details: { title, isPublic, metadata }, mayView: view }
}

/** Number of expired rows that each new ticket deletes: more than one, and far too few to make it wait. */
const expiredRows = 1000

const insert = `
  with expired as (
    delete from upload_tickets where id in (
      select id from upload_tickets
      where expires_at < now() - ${intervalOf(expiredTicketSeconds * 1000)}
      order by expires_at limit ${expiredRows} for update skip locked
    )
  )
  insert into upload_tickets
    (uid, sha256, admin, max_bytes, kinds, count, origins, title, public, metadata, view, expires_at)
  values (
    :uid, :sha256, :admin, :maxBytes, array(select json_array_elements_text(cast(:kinds as json))), :count,
    case when cast(:origins as text) is not null
      then array(select json_array_elements_text(cast(:origins as json))) end,
    :title, :public, cast(:metadata as jsonb), :view, now() + ${intervalOf(':milliseconds')}
  )
  returning ${columns}`

/** Stores tickets for uploads in PostgreSQL. */
export const createKnexTicketRepository = (db: Knex): TicketRepository => {
  const { selectOne, runReturning } = createStatements(db)
  const insertTicket = runReturning(TicketRow, insert)
  const selectTicket = selectOne(
    'read',
    'tickets.find',
    TicketRow,
    `select ${columns} from upload_tickets where sha256 = ? and expires_at > now()`,
  )

  return {
    add: ({ uid, sha256, admin, maxBytes, kinds, count, origins, details, mayView, expiresInSeconds }) =>
      pipe(
        insertTicket({
          ...{ uid, sha256, admin, maxBytes, count },
          kinds: JSON.stringify(kinds),
          origins: origins === null ? null : JSON.stringify(origins),
          title: details.title,
          public: details.isPublic,
          metadata: JSON.stringify(details.metadata),
          view: mayView,
          milliseconds: expiresInSeconds * 1000,
        }),
        TE.map((row) => {
          if (O.isNone(row)) throw new Error('the write returned no row')
          return toTicket(row.value)
        }),
      ),

    find: (sha256) => pipe(selectTicket(sha256), TE.map(O.map(toTicket))),
  }
}
