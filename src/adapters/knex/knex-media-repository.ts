import * as t from 'io-ts'
import type { Knex } from 'knex'
import type { MediaChange } from '../../domain/library/media-change.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { MediaChangeResult, MediaRepository } from '../../ports/media-repository.ts'
import { createMediaList } from './media-list.ts'
import {
  MediaOriginalRow,
  MediaRecordRow,
  selectOriginals,
  selectRecords,
  toMediaRecord,
} from './media-rows.ts'
import { type Binding, createStatements, decodeRows, inTransaction } from './statements.ts'

const LockedRow = snakeCased(
  t.strict({ id: t.number, uid: t.string, version: t.number, isDeleted: t.boolean }),
)

const tables = ['image_files', 'content_files'] as const

/** Returns the assignments of a change, and the values of their named bindings. */
const assignmentsOf = ({ title, alt, isPublic, metadata }: MediaChange) => {
  const values: Record<string, Binding> = {
    ...(title !== undefined && { title }),
    ...(alt !== undefined && { alt }),
    ...(isPublic !== undefined && { public: isPublic }),
    ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
  }
  const assigned = Object.keys(values).map((column) =>
    column === 'metadata' ? 'metadata = cast(:metadata as jsonb)' : `${column} = :${column}`,
  )
  const sql = [...assigned, 'version = version + 1', 'updated_at = clock_timestamp()'].join(', ')
  return { sql, values }
}

/** Lists and changes the files of the library in PostgreSQL. */
export const createKnexMediaRepository = (db: Knex): MediaRepository => {
  const { selectOne } = createStatements(db)
  const selectRecord = selectOne('background', 'media.find', MediaRecordRow, selectRecords)

  const selectOriginal = selectOne('background', 'media.find_original', MediaOriginalRow, selectOriginals)

  const find: MediaRepository['find'] = (uid) => pipe(selectRecord(uid, uid), TE.map(O.map(toMediaRecord)))

  /** Locks the rows of files in the order of their uids, so that two batches cannot wait for each other. */
  const lock = async (
    trx: Knex.Transaction,
    table: (typeof tables)[number],
    uids: ReadonlyArray<string>,
  ): Promise<ReadonlyArray<t.TypeOf<typeof LockedRow>>> => {
    const { rows } = await trx.raw(
      `select id, uid, version, deleted_at is not null as is_deleted
       from ${table} where uid = any(:uids) order by uid for update`,
      { uids },
    )
    return decodeRows(LockedRow, rows)
  }

  return {
    list: createMediaList(db),
    find,
    findOriginal: (uid) => selectOriginal(uid, uid),

    // The row is locked before it is looked at: no restore or deletion changes what a refusal is based on.
    change: (uid, change, versions) =>
      inTransaction(db, async (trx): Promise<MediaChangeResult> => {
        for (const table of tables) {
          const [locked] = await lock(trx, table, [uid])
          if (locked === undefined) continue
          const { id, version, isDeleted } = locked
          if (isDeleted) return 'deleted'
          if (versions !== null && !versions.includes(version)) return 'wrong version'
          const { sql, values } = assignmentsOf(change)
          await trx.raw(`update ${table} set ${sql} where id = :id`, { ...values, id })
          return 'changed'
        }
        return 'missing'
      }),

    changeAll: (uids, change) =>
      inTransaction(db, async (trx) => {
        const { sql, values } = assignmentsOf(change)
        const results = new Map<string, 'changed' | 'deleted'>()
        for (const table of tables) {
          const locked = await lock(trx, table, uids)
          for (const { uid, isDeleted } of locked) results.set(uid, isDeleted ? 'deleted' : 'changed')
          const ids = locked.flatMap(({ id, isDeleted }) => (isDeleted ? [] : [id]))
          if (ids.length > 0)
            await trx.raw(`update ${table} set ${sql} where id = any(:ids)`, { ...values, ids })
        }
        return results
      }),
  }
}
