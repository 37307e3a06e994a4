import * as t from 'io-ts'
import type { Knex } from 'knex'
import { InstanceUid } from '../../domain/media/ids.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import { O, pipe, TE } from '../../fp.ts'
import { type Instances, silentAfterMs } from '../../ports/instances.ts'
import { deleteInPieces, pieceLength } from './delete-in-pieces.ts'
import { isOfAnotherHistory, nowhere } from './log-history.ts'
import { epochMilliseconds, intervalOf } from './sql-times.ts'
import { createStatements, inTransaction } from './statements.ts'

const StatusRow = snakeCased(
  t.strict({
    uid: InstanceUid,
    version: t.string,
    startedAt: t.number,
    heardAt: t.number,
    applied: t.number,
    cacheBytes: t.number,
    hitRatio: nullable(t.number),
  }),
)

const ReceiptRow = snakeCased(
  t.strict({
    instance: InstanceUid,
    state: t.union([t.literal('done'), t.literal('waiting'), t.literal('silent')]),
    heardAt: t.number,
  }),
)

// The row of an instance may come from a backup. So a report counts only for purges that are older.

/** Stores instances and purges in PostgreSQL. There are few instances, so they need no index but their key. */
export const createKnexInstances = (db: Knex): Instances => {
  const { selectMany, selectOne, run, writeMany } = createStatements(db)
  const forgetPurges = writeMany(
    'cache_purges.forget',
    t.strict({}),
    `delete from cache_purges where uid in (
       select uid from cache_purges where created_at < now() - ${intervalOf('?')} limit ${pieceLength}
     ) returning 1 as one`,
  )
  const findPurge = selectOne(
    'background',
    'cache_purges.find',
    t.strict({ receipts: t.readonlyArray(ReceiptRow) }),
    `select (
       select coalesce(json_agg(json_build_object(
         'instance', i.uid,
         'heard_at', ${epochMilliseconds('i.heard_at')},
         'state', case
           when i.heard_at < now() - ${intervalOf(silentAfterMs)} then 'silent'
           when i.heard_at >= p.created_at and pg_visible_in_snapshot(p.xid, i.applied) then 'done'
           else 'waiting' end
       ) order by i.started_at, i.uid), '[]') from instances i
     ) as receipts
     from cache_purges p where p.uid = ?`,
  )
  return {
    report: ({ uid, version, position, cacheBytes, hitRatio }) => {
      const { snapshot, newest } = position ?? nowhere
      return pipe(
        run(
          `insert into instances (uid, version, applied, applied_id, cache_bytes, hit_ratio)
           select :uid, :version, cast(case when another then :nowhere else :applied end as pg_snapshot),
                  case when another then 0 else cast(:id as bigint) end, :bytes, :ratio
           from (select ${isOfAnotherHistory({ snapshot: ':applied', id: ':id', xid: ':xid', createdAt: ':createdAt' })} as another) history
           on conflict (uid) do update
           set heard_at = now(), applied = excluded.applied, applied_id = excluded.applied_id,
               cache_bytes = excluded.cache_bytes, hit_ratio = excluded.hit_ratio`,
          {
            uid,
            version,
            applied: snapshot,
            nowhere: nowhere.snapshot,
            ...newest,
            bytes: cacheBytes,
            ratio: hitRatio,
          },
        ),
        TE.map(() => undefined),
      )
    },
    remove: (uid) =>
      pipe(
        run('delete from instances where uid = :uid', { uid }),
        TE.map(() => undefined),
      ),
    list: selectMany(
      'background',
      'instances.list',
      StatusRow,
      `select uid, version, ${epochMilliseconds('started_at')} as started_at, ${epochMilliseconds('heard_at')} as heard_at,
              applied_id as applied, cache_bytes, hit_ratio
       from instances i order by i.started_at, uid`,
    )(),
    addPurge: (uid, { names, families }) =>
      inTransaction(db, async (trx) => {
        await trx('cache_purges').insert({ uid })
        if (names.length > 0) await trx.raw('select log_invalidation(?)', [[...names]])
        // A purge of nothing gets a row without names: instances report at once only if they have applied a newer row.
        if (families.length > 0 || names.length === 0)
          await trx.raw('select log_family_invalidation(?)', [[...families]])
      }),
    findPurge: (uid) => pipe(findPurge(uid), TE.map(O.map(({ receipts }) => receipts))),
    forget: (silentMs) =>
      pipe(
        run(`delete from instances where heard_at < now() - ${intervalOf(':ms')}`, { ms: silentMs }),
        TE.flatMap(() =>
          deleteInPieces(
            pieceLength,
            pipe(
              forgetPurges(silentMs),
              TE.map((forgotten) => forgotten.length),
            ),
          ),
        ),
        TE.map(() => undefined),
      ),
  }
}
