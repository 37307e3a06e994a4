import * as t from 'io-ts'
import type { Knex } from 'knex'
import { ContentFileUid, ImageFileUid } from '../../domain/media/ids.ts'
import { mediaKinds } from '../../domain/media/media-kind.ts'
import { unavailable } from '../../domain/shared/errors.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { E, O, pipe, TE } from '../../fp.ts'
import type { StoredFileRepository } from '../../ports/stored-file-repository.ts'
import { createStatements } from './statements.ts'

const selectKeys = `
  with keys (key) as materialized (select json_array_elements_text(cast(? as json)) collate "C")
  select s.key from s3_files s where s.key = any(array(select key from keys))
  union
  select p.key from purged_objects p where p.key = any(array(select key from keys))`

const selectRows = `
  select key, file_size as size from s3_files where key > ? and key <= ? order by key limit ?`

const addMark = `
  update library set store_marks = (store_marks || cast(:mark as text))[greatest(1, cardinality(store_marks) - 6):]`

// A stored file belongs to one row of one of these tables.
const selectUses = `
  with stored as (
    select id, key, file_size as size from s3_files
    where key = any(array(select json_array_elements_text(cast(? as json)) collate "C"))
  )
  select s.key, s.size, 'image' as kind, f.uid, true as "isOriginal"
  from stored s join image_files f on f.original_s3_file_id = s.id
  union all
  select s.key, s.size, 'content', f.uid, true
  from stored s join content_files f on f.original_s3_file_id = s.id
  union all
  select s.key, s.size, 'image', f.uid, false
  from stored s join image_file_exports e on e.s3_file_id = s.id and e.replaced_at is null
  join image_files f on f.id = e.image_file_id
  union all
  select s.key, s.size, 'content', f.uid, false
  from stored s join content_file_export_parts p on p.s3_file_id = s.id
  join content_file_exports e on e.id = p.content_file_export_id and e.replaced_at is null
  join content_files f on f.id = e.content_file_id`

const rowCodecs = { key: t.string, size: t.number }
const Marks = t.strict({ marks: t.readonlyArray(t.string) })
const Row = t.strict(rowCodecs)
const Use = t.strict({
  ...rowCodecs,
  kind: oneOf('media_kind', mediaKinds),
  uid: t.union([ImageFileUid, ContentFileUid]),
  isOriginal: t.boolean,
})

/** Reads stored files from PostgreSQL. */
export const createKnexStoredFileRepository = (db: Knex): StoredFileRepository => {
  const { selectOne, selectMany, run } = createStatements(db)
  const getId = selectOne('background', 'library.uid', t.strict({ uid: t.string }), 'select uid from library')
  const getMarks = selectOne(
    'background',
    'library.store_marks',
    Marks,
    'select store_marks as marks from library where singleton',
  )
  const listRows = selectMany('background', 'library.list_rows', Row, selectRows)
  const usesOf = selectMany('background', 'library.find_uses', Use, selectUses)
  const keyRows = selectMany(
    'background',
    'library.filter_referenced_keys',
    t.strict({ key: t.string }),
    selectKeys,
  )

  return {
    libraryUid: pipe(
      getId(),
      TE.flatMapEither(
        O.match(
          () => E.left(unavailable('database')('it has no library uid: run `larder migrate`')),
          ({ uid }) => E.right(uid),
        ),
      ),
    ),
    storeMarks: pipe(
      getMarks(),
      TE.map((row) => (O.isSome(row) ? row.value.marks : [])),
    ),
    addStoreMark: (mark) =>
      pipe(
        run(addMark, { mark }),
        TE.map(() => undefined),
      ),
    filterReferencedKeys: (keys) =>
      pipe(
        keyRows(JSON.stringify(keys)),
        TE.map((rows) => new Set(rows.map(({ key }) => key))),
      ),
    listRows,
    findUses: (keys) => usesOf(JSON.stringify(keys)),
  }
}
