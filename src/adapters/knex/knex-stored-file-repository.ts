import * as t from 'io-ts'
import type { Knex } from 'knex'
import { unavailable } from '../../domain/shared/errors.ts'
import { E, O, pipe, TE } from '../../fp.ts'
import type { StoredFileRepository } from '../../ports/stored-file-repository.ts'
import { createStatements } from './statements.ts'

const selectKeys = `
  with keys (key) as materialized (select json_array_elements_text(cast(? as json)) collate "C")
  select s.key from s3_files s where s.key = any(array(select key from keys))
  union
  select p.key from purged_objects p where p.key = any(array(select key from keys))`

/** Reads stored files from PostgreSQL. */
export const createKnexStoredFileRepository = (db: Knex): StoredFileRepository => {
  const { selectOne, selectMany } = createStatements(db)
  const getId = selectOne('background', 'library.uid', t.strict({ uid: t.string }), 'select uid from library')
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
    filterReferencedKeys: (keys) =>
      pipe(
        keyRows(JSON.stringify(keys)),
        TE.map((rows) => new Set(rows.map(({ key }) => key))),
      ),
  }
}
