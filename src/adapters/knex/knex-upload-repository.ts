import * as t from 'io-ts'
import type { Knex } from 'knex'
import { UploadUid } from '../../domain/media/ids.ts'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { storedUploadStates, type Upload, type UploadTarget } from '../../domain/upload/upload.ts'
import { E, O, pipe, TE } from '../../fp.ts'
import {
  maxUnfinishedByTickets,
  type UploadBegin,
  type UploadReceipt,
  type UploadRepository,
  type UploadSpace,
} from '../../ports/upload-repository.ts'
import { deleteFetch, insertFetch } from './knex-fetch-repository.ts'
import { intervalOf } from './sql-times.ts'
import { createStatements, decodeRows, inTransaction } from './statements.ts'
import * as sql from './upload-rows.ts'

const Bytes = t.strict({ bytes: t.number })
const Count = t.strict({ count: t.number })
const Admin = t.strict({ admin: t.string })
const Uid = t.strict({ uid: UploadUid })
const StateRow = t.strict({ uid: t.string, state: oneOf('upload_state', storedUploadStates) })

/** Rolls back the transaction of an upload that does not begin. */
class NotBegun extends Error {
  readonly result: UploadBegin
  constructor(result: UploadBegin) {
    super(result)
    this.result = result
  }
}

/** Stores uploads in PostgreSQL. `expireSeconds`: how long an upload waits for its next byte. */
export const createKnexUploadRepository = (db: Knex, expireSeconds: number): UploadRepository => {
  const { selectOne, selectMany, writeMany } = createStatements(db)
  const found = (where: string) => `select ${sql.uploadColumns} from uploads u where ${where}`
  const selectUpload = selectOne('read', 'uploads.find', sql.UploadRow, found('u.uid = ?'))
  const selectReceived = selectMany(
    'background',
    'uploads.received',
    Uid,
    `select uid from uploads where folder = ? and state = 'received' order by id limit ?`,
  )
  const selectStranded = selectMany(
    'background',
    'uploads.stranded',
    sql.UploadRow,
    `${found(`u.folder = ? and u.state = 'receiving' and (
       (u.received_offset = u.length and u.protocol <> 'url') or u.expires_at < now()
       or (u.protocol = 'multipart' and u.touched_at <= now() - ${intervalOf('?')})
     )`)} order by u.id limit ?`,
  )
  const selectForsaken = selectMany(
    'background',
    'uploads.forsaken',
    sql.UploadRow,
    `${found(`u.folder <> ? and u.state = 'receiving' and u.expires_at < now() - ${intervalOf('?')}`)} order by u.id limit ?`,
  )
  const selectReceivedOf = selectOne(
    'read',
    'uploads.received_of',
    Uid,
    `select uid from uploads where media = ? and state = 'received'`,
  )
  const selectStates = selectMany(
    'background',
    'uploads.states',
    StateRow,
    `select uid, state from uploads where uid in (select json_array_elements_text(cast(? as json)))`,
  )
  const updateOffset = writeMany(
    'uploads.advance',
    Uid,
    `update uploads u set received_offset = ?, hashes = cast(? as jsonb), touched_at = now(),
       expires_at = ${sql.expiryOf('?', 'u.created_at')}
     where uid = ? and state = 'receiving' and received_offset = ? returning uid`,
  )
  const deleteEnded = writeMany(
    'uploads.forget',
    Uid,
    `delete from uploads where id in (
       select id from uploads where ended_at < now() - ${intervalOf('?')} order by ended_at limit ? for update skip locked
     ) returning uid`,
  )
  const hasRow = TE.map((rows: ReadonlyArray<unknown>) => rows.length > 0)

  /**
   * Returns whether an upload can announce a length. Until the transaction ends, no upload of the folder announces another.
   */
  const hasSpace = async (
    trx: Knex.Transaction,
    { uid, folder, length, offset }: Pick<Upload, 'uid' | 'folder' | 'offset'> & { readonly length: number },
    { free, reserve, holdsOriginals }: UploadSpace,
  ): Promise<boolean> => {
    await trx.raw(sql.lockSpace, { folder })
    const { rows } = await trx.raw(sql.selectAnnounced, { folder, uid, holdsOriginals })
    const [announced] = decodeRows(Bytes, rows)
    const needed = length - offset + (holdsOriginals ? length : 0)
    return free - (announced?.bytes ?? 0) - needed >= reserve
  }

  const useTicket = async (trx: Knex.Transaction, ticket: string): Promise<void> => {
    const [taken] = decodeRows(Admin, (await trx.raw(sql.takeTicket, { ticket })).rows)
    if (taken === undefined) throw new NotBegun('no ticket')
    await trx.raw(sql.lockTickets, taken)
    const [row] = decodeRows(Count, (await trx.raw(sql.selectUnfinishedByTickets, taken)).rows)
    if ((row?.count ?? 0) >= maxUnfinishedByTickets) throw new NotBegun('too many')
  }

  /**
   * Ends a received upload, and each that has its target. Until the transaction ends, no upload of the same bytes gets this target.
   */
  const endReceived = (
    uid: string,
    changes: Readonly<Record<string, string | null>>,
  ): TE.TaskEither<Unavailable, boolean> =>
    inTransaction(db, async (trx) => {
      const select = `select sha512, media from uploads where uid = :uid and state = 'received'`
      const [before] = decodeRows(sql.ReceivedRow, (await trx.raw(select, { uid })).rows)
      if (before === undefined) return false
      await trx.raw(sql.lockBytes, before)
      const [row] = decodeRows(sql.ReceivedRow, (await trx.raw(`${select} for update`, { uid })).rows)
      if (row === undefined) return false
      await trx('uploads')
        .where(row)
        .update({ ...changes, ended_at: trx.raw('coalesce(ended_at, now())') })
      return true
    })

  const targetOf = async (trx: Knex.Transaction, uid: string): Promise<UploadTarget | null> => {
    const { rows } = await trx.raw('select media, media_kind, job from uploads where uid = :uid', { uid })
    const [row] = decodeRows(sql.TargetRow, rows)
    return row === undefined ? null : sql.toTarget(row)
  }

  const receiveIn = async (
    trx: Knex.Transaction,
    uid: string,
    { length, sha512, target }: Parameters<UploadRepository['receive']>[1],
  ): Promise<UploadReceipt> => {
    await trx.raw(sql.lockBytes, { sha512 })
    const { rows } = await trx.raw('select state, deduplicates from uploads where uid = :uid for update', {
      uid,
    })
    const [row] = decodeRows(t.strict({ state: t.string, deduplicates: t.boolean }), rows)
    if (row === undefined) return { result: 'gone' }
    if (row.state !== 'receiving') {
      const before = await targetOf(trx, uid)
      return before === null ? { result: 'gone' } : { result: 'received', target: before }
    }
    const banned = await trx.raw('select from taken_down where sha512 = :sha512', { sha512 })
    if (banned.rows.length > 0) return { result: 'taken down' }
    const twins = row.deduplicates
      ? decodeRows(sql.TargetRow, (await trx.raw(sql.selectTwins, { sha512 })).rows)
      : []
    const twin = twins[0] === undefined ? null : sql.toTarget(twins[0])
    const { kind, media, job } = twin ?? target
    await trx.raw(
      `update uploads set state = :state, length = :length, received_offset = :length, sha512 = :sha512,
         media = :media, media_kind = :kind, job = :job, hashes = null, touched_at = now(),
         ended_at = case when :state = 'in_library' then now() end
       where uid = :uid`,
      { uid, length, sha512, media, kind, job, state: twin === null ? 'received' : 'in_library' },
    )
    return { result: twin === null ? 'received' : 'twin', target: { kind, media, job } }
  }

  return {
    begin: (upload, space, fetch) => async () => {
      const { uid, owner, folder, announced } = upload
      const begun = await inTransaction(db, async (trx): Promise<UploadBegin> => {
        if (!(await hasSpace(trx, { uid, folder, length: announced, offset: 0 }, space))) return 'no space'
        if (owner.kind === 'ticket') await useTicket(trx, owner.ticket)
        await trx.raw(sql.insertUpload, { ...sql.uploadBindings(upload), expireSeconds })
        if (fetch !== undefined) await trx.raw(insertFetch, { ...fetch, upload: upload.uid, folder })
        return 'begun'
      })()
      return E.isLeft(begun) && begun.left.cause instanceof NotBegun
        ? E.right(begun.left.cause.result)
        : begun
    },

    find: (uid) => pipe(selectUpload(uid), TE.map(O.map(sql.toUpload))),

    declareLength: (uid, length, space) =>
      inTransaction(db, async (trx) => {
        const { rows } = await trx.raw(
          `select folder, received_offset as offset from uploads
           where uid = :uid and state = 'receiving' and length is null for update`,
          { uid },
        )
        const [row] = decodeRows(t.strict({ folder: t.string, offset: t.number }), rows)
        if (row === undefined) return false
        if (!(await hasSpace(trx, { uid, ...row, length }, space))) return 'no space'
        await trx.raw('update uploads set length = :length where uid = :uid', { uid, length })
        return true
      }),

    advance: (uid, { from, offset, hashes }) =>
      pipe(updateOffset(offset, JSON.stringify(hashes), expireSeconds, uid, from), hasRow),

    receive: (uid, received) => inTransaction(db, (trx) => receiveIn(trx, uid, received)),

    adopt: (uid, { media, kind, job }) =>
      endReceived(uid, { state: 'in_library', media, media_kind: kind, job }),
    refuse: (uid, reason) => endReceived(uid, { state: 'refused', reason }),

    abandon: (uid, givesBack) =>
      inTransaction(db, async (trx) => {
        const { rows } = await trx.raw(
          `delete from uploads where uid = :uid and state = 'receiving' returning ticket`,
          { uid },
        )
        const [row] = decodeRows(t.strict({ ticket: t.union([t.string, t.null]) }), rows)
        if (row === undefined) return false
        await trx.raw(deleteFetch, { upload: uid })
        if (givesBack && row.ticket !== null) await trx.raw(sql.giveTicketBack, { ticket: row.ticket })
        return true
      }),

    isReceived: (media) => pipe(selectReceivedOf(media), TE.map(O.isSome)),

    statesOf: (uids) =>
      pipe(
        selectStates(JSON.stringify(uids)),
        TE.map((rows) => new Map(rows.map(({ uid, state }) => [uid, state]))),
      ),

    listReceived: (folder, limit) =>
      pipe(
        selectReceived(folder, limit),
        TE.map((rows) => rows.map(({ uid }) => uid)),
      ),

    listStranded: (folder, idleMs, limit) =>
      pipe(
        selectStranded(folder, idleMs, limit),
        TE.map((rows) => rows.map(sql.toUpload)),
      ),

    listForsaken: (folder, forMs, limit) =>
      pipe(
        selectForsaken(folder, forMs, limit),
        TE.map((rows) => rows.map(sql.toUpload)),
      ),

    forget: (forMs, limit) =>
      pipe(
        deleteEnded(forMs, limit),
        TE.map((rows) => rows.length),
      ),
  }
}
