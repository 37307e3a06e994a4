import * as t from 'io-ts'
import type { Knex } from 'knex'
import type { MediaChange } from '../../domain/library/media-change.ts'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import { E, O, pipe, TE } from '../../fp.ts'
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

const LockedRow = snakeCased(t.strict({ id: t.number, uid: t.string, isDeleted: t.boolean }))

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
  const { selectOne, run } = createStatements(db)
  const selectRecord = selectOne('background', 'media.find', MediaRecordRow, selectRecords)

  const selectOriginal = selectOne('background', 'media.find_original', MediaOriginalRow, selectOriginals)

  const find: MediaRepository['find'] = (uid) => pipe(selectRecord(uid, uid), TE.map(O.map(toMediaRecord)))

  const changeIn = (
    table: (typeof tables)[number],
    uid: string,
    change: MediaChange,
    versions: ReadonlyArray<number> | null,
  ): TE.TaskEither<Unavailable, boolean> => {
    const { sql, values } = assignmentsOf(change)
    const isExpected = versions === null ? '' : 'and version = any(cast(:versions as bigint[]))'
    return pipe(
      run(`update ${table} set ${sql} where uid = :uid and deleted_at is null ${isExpected}`, {
        uid,
        ...values,
        ...(versions !== null && { versions: `{${versions.join(',')}}` }),
      }),
      TE.map((changed) => changed > 0),
    )
  }

  return {
    list: createMediaList(db),
    find,
    findOriginal: (uid) => selectOriginal(uid, uid),

    change: (uid, change, versions) => async () => {
      for (const table of tables) {
        const changed = await changeIn(table, uid, change, versions)()
        if (E.isLeft(changed)) return changed
        if (changed.right) return E.right<never, MediaChangeResult>('changed')
      }
      const found = await find(uid)()
      if (E.isLeft(found)) return found
      if (O.isNone(found.right)) return E.right<never, MediaChangeResult>('missing')
      const isDeleted = found.right.value.deletedAt !== null
      return E.right<never, MediaChangeResult>(isDeleted ? 'deleted' : 'wrong version')
    },

    // Rows are locked in the order of their uids, so that two batches cannot wait for each other.
    changeAll: (uids, change) =>
      inTransaction(db, async (trx) => {
        const { sql, values } = assignmentsOf(change)
        const results = new Map<string, 'changed' | 'deleted'>()
        for (const table of tables) {
          const { rows } = await trx.raw(
            `select id, uid, deleted_at is not null as is_deleted
             from ${table} where uid = any(:uids) order by uid for update`,
            { uids },
          )
          const locked = decodeRows(LockedRow, rows)
          for (const { uid, isDeleted } of locked) results.set(uid, isDeleted ? 'deleted' : 'changed')
          const ids = locked.flatMap(({ id, isDeleted }) => (isDeleted ? [] : [id]))
          if (ids.length > 0)
            await trx.raw(`update ${table} set ${sql} where id = any(:ids)`, { ...values, ids })
        }
        return results
      }),
  }
}
