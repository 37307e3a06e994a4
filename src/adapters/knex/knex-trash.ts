import * as t from 'io-ts'
import type { Knex } from 'knex'
import type { NewFileJob } from '../../domain/jobs/job.ts'
import type { Deletion } from '../../domain/library/media-item.ts'
import { ContentFileUid, ImageFileUid } from '../../domain/media/ids.ts'
import { type MediaKind, mediaKinds } from '../../domain/media/media-kind.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { DeletedFiles, DeletionMode, RestoreResult, RestoreScope, Trash } from '../../ports/trash.ts'
import { insertJob } from './job-rows.ts'
import { insertRevocation } from './knex-revocations.ts'
import { mediaTables } from './media-conditions.ts'
import { exportedFileIds, purgeRows } from './purge-rows.ts'
import { createStatements, decodeRows, inTransaction } from './statements.ts'
import * as sql from './trash-statements.ts'

const Id = t.strict({ id: t.number })
const Uid = t.strict({ uid: t.string })
const Key = t.strict({ key: t.string })
const ErasureRow = t.strict({ left: t.number, kept: t.number })
const Flag = t.strict({ flag: t.boolean })
const DeletedRow = snakeCased(t.strict({ uid: t.string, deletedAt: t.number, purgeAfter: t.number }))
const Names = t.strict({ names: t.readonlyArray(t.string) })
const TwinRow = snakeCased(t.strict({ uid: t.union([ImageFileUid, ContentFileUid]), isTakenDown: t.boolean }))
const TakenDownRow = snakeCased(t.strict({ uid: t.string, takenDownAt: t.number }))
const RefusedRow = snakeCased(t.strict({ uid: t.string, sha512: t.string, takenDownAt: t.number }))
const CountRow = t.strict({ files: t.number })
const Name = t.strict({ name: t.string })
const RestorableRow = snakeCased(
  t.strict({
    id: t.number,
    uid: t.union([ImageFileUid, ContentFileUid]),
    isDeleted: t.boolean,
    isTakenDown: t.boolean,
    isReady: t.boolean,
    durationSeconds: t.union([t.number, t.null]),
  }),
)

/** Returns what the triggers have logged in this transaction. */
const staleOf = async (trx: Knex.Transaction): Promise<DeletedFiles['stale']> => {
  const [row] = decodeRows(Names, (await trx.raw(sql.selectLogged)).rows)
  return { names: row?.names ?? [], families: [] }
}

/** Locks the jobs of files, and then their rows: the trigger of a job writes to its file. */
const lockFiles = async (trx: Knex.Transaction, uids: ReadonlyArray<string>) => {
  await trx.raw('select id from jobs where media = any(:uids) order by id for update', { uids })
  const locked = new Map<MediaKind, ReadonlyArray<number>>()
  for (const kind of mediaKinds) {
    const { rows } = await trx.raw(
      `select id from ${mediaTables[kind].files} where uid = any(:uids) order by uid for update`,
      { uids },
    )
    locked.set(
      kind,
      decodeRows(Id, rows).map(({ id }) => id),
    )
  }
  return locked
}

/** Stores the deleted files in PostgreSQL. */
export const createKnexTrash = (db: Knex): Trash => {
  const { selectOne, selectMany, run } = createStatements(db)
  const selectExpired = selectMany('background', 'trash.expired', Uid, sql.selectExpiredFiles)
  const selectPurged = selectMany('background', 'trash.purged', Key, sql.selectPurged)
  const selectPurgedOf = selectMany('background', 'trash.purged_of', Key, sql.selectPurgedOf)
  const selectErasure = selectOne('background', 'trash.erasure', ErasureRow, sql.selectErasure)
  const selectTwin = selectOne('background', 'trash.twin', TwinRow, sql.selectTwin)
  const selectTakenDown = selectMany('background', 'trash.taken_down', TakenDownRow, sql.selectTakenDown)
  const selectRefusedBytes = selectMany('background', 'trash.refused', RefusedRow, sql.selectRefusedBytes)
  const selectBlobsOf = selectMany('background', 'trash.blobs', Name, sql.selectBlobsOfTakenDown)
  const selectInTrash = selectOne('background', 'trash.contains', Flag, sql.selectInTrash)
  const isTrue = TE.map((row: O.Option<t.TypeOf<typeof Flag>>) => O.isSome(row) && row.value.flag)

  const deleteIn = async (
    trx: Knex.Transaction,
    uids: ReadonlyArray<string>,
    mode: DeletionMode,
    keepSeconds: number,
  ): Promise<DeletedFiles> => {
    const deletions = new Map<string, Deletion>()
    const isTakenDown = mode !== 'trash'
    const locked = await lockFiles(trx, uids)
    const takenDown = new Set(
      decodeRows(Uid, (await trx.raw(sql.selectAlreadyTakenDown, { uids })).rows).map(({ uid }) => uid),
    )
    for (const kind of mediaKinds) {
      const ids = [...(locked.get(kind) ?? [])]
      if (ids.length === 0) continue
      const { files } = mediaTables[kind]
      await trx.raw(sql.deleteFiles[kind], {
        ids,
        keep: keepSeconds,
        isTakenDown,
        isErased: mode === 'erase',
      })
      if (isTakenDown) await trx.raw(sql.noteTakenDown(files, exportedFileIds[kind]('f.id')), { ids })
      const { rows } = await trx.raw(sql.selectDeletions(files), { ids })
      for (const { uid, ...deletion } of decodeRows(DeletedRow, rows)) deletions.set(uid, deletion)
    }
    // The end of a job marks its file as failed. That is no event if the file is deleted already.
    await trx.raw(sql.cancelJobs, { uids })
    const revocations = []
    if (isTakenDown)
      for (const subject of [...deletions.keys()].sort())
        revocations.push(await insertRevocation(trx, { kind: 'uid', subject }, takenDown.has(subject)))
    if (mode === 'erase')
      for (const kind of mediaKinds) for (const id of locked.get(kind) ?? []) await purgeRows(trx, kind, id)
    return { deletions, revocations, stale: await staleOf(trx) }
  }

  const restoreIn = async (
    trx: Knex.Transaction,
    uids: ReadonlyArray<string>,
    newJob: () => NewFileJob,
    scope: RestoreScope,
  ) => {
    const results = new Map<string, RestoreResult>(uids.map((uid) => [uid, 'missing']))
    const locked = await lockFiles(trx, uids)
    for (const kind of mediaKinds) {
      const found = await trx.raw(sql.selectRestorable[kind], { ids: [...(locked.get(kind) ?? [])] })
      const files = decodeRows(RestorableRow, found.rows)
      const isKept = ({ isTakenDown }: (typeof files)[number]) => isTakenDown && scope !== 'all'
      for (const file of files)
        results.set(file.uid, !file.isDeleted ? 'not deleted' : isKept(file) ? 'taken down' : 'restored')
      const restored = files.filter(({ uid }) => results.get(uid) === 'restored')
      if (restored.length === 0) continue
      const ids = restored.map(({ id }) => id)
      const restoredUids = restored.map(({ uid }) => uid)
      await trx.raw(sql.requeueJobs(mediaTables[kind].files), { ids })
      await trx.raw(sql.restoreFiles[kind], { ids })
      await trx.raw('delete from taken_down where uid = any(:uids)', { uids: restoredUids })
      const { rows } = await trx.raw(sql.selectWithJob, { uids: restoredUids })
      const withJob = new Set(decodeRows(Uid, rows).map(({ uid }) => uid))
      for (const { uid, isReady, durationSeconds } of restored)
        if (!isReady && !withJob.has(uid))
          await insertJob(trx, { ...newJob(), kind: 'exports', media: { kind, uid }, durationSeconds })
    }
    return { results, stale: await staleOf(trx) }
  }

  const purgeIn = async (trx: Knex.Transaction, uid: string) => {
    const locked = await lockFiles(trx, [uid])
    for (const kind of mediaKinds)
      for (const id of locked.get(kind) ?? []) {
        const [found] = decodeRows(Flag, (await trx.raw(sql.selectIsExpired[kind], { id })).rows)
        if (found?.flag !== true) continue
        await purgeRows(trx, kind, id)
        return { isPurged: true, stale: await staleOf(trx) }
      }
    return { isPurged: false, stale: { names: [], families: [] } }
  }

  return {
    delete: (uids, mode, keepSeconds) =>
      inTransaction(db, (trx) => deleteIn(trx, [...uids], mode, keepSeconds)),

    restore: (uid, job, scope = 'all') =>
      pipe(
        inTransaction(db, (trx) => restoreIn(trx, [uid], () => job, scope)),
        TE.map(({ results, stale }) => ({ result: results.get(uid) ?? 'missing', stale })),
      ),

    restoreAll: (uids, newJob) => inTransaction(db, (trx) => restoreIn(trx, uids, newJob, 'all')),

    endGraces: (limit) =>
      inTransaction(db, async (trx) => {
        const { rowCount } = await trx.raw(sql.endGraces, { limit })
        return { count: Number(rowCount), stale: await staleOf(trx) }
      }),

    listExpired: (limit) =>
      pipe(
        selectExpired(limit, limit, limit),
        TE.map((rows) => rows.map(({ uid }) => uid)),
      ),

    countExpired: pipe(
      selectOne('background', 'trash.count_expired', CountRow, sql.countExpiredFiles)(),
      TE.map((row) => (O.isSome(row) ? row.value.files : 0)),
    ),

    purge: (uid) => inTransaction(db, (trx) => purgeIn(trx, uid)),

    listPurgedObjects: (uid, limit) =>
      pipe(
        uid === null ? selectPurged(limit) : selectPurgedOf(uid, limit),
        TE.map((rows) => rows.map(({ key }) => key)),
      ),

    forgetPurgedObjects: (keys) =>
      pipe(
        run(sql.forgetPurged, { keys: JSON.stringify(keys) }),
        TE.map(() => undefined),
      ),

    keepPurgedObjects: (keys) =>
      pipe(
        run(sql.keepPurged, { keys: JSON.stringify(keys) }),
        TE.map(() => undefined),
      ),

    findErasure: (uid) => selectErasure(uid, uid, uid, uid),

    isDue: pipe(selectOne('background', 'trash.due', Flag, sql.selectIsDue)(), isTrue),
    isInTrash: (uid) => pipe(selectInTrash(uid, uid), isTrue),
    findTwin: (sha512) => selectTwin(sha512, sha512, sha512),
    listTakenDown: (after, limit) => selectTakenDown(after ?? '', limit),
    listBlobsOfTakenDown: (uids) =>
      pipe(
        selectBlobsOf(JSON.stringify(uids)),
        TE.map((rows) => rows.map(({ name }) => name)),
      ),
    listRefusedBytes: (after, limit) => selectRefusedBytes(after ?? '', limit),
    acceptBytes: (sha512) =>
      pipe(
        run(sql.acceptBytes, { sha512 }),
        TE.flatMap((accepted) =>
          accepted > 0
            ? TE.right('accepted' as const)
            : pipe(
                selectTwin(sha512, sha512, sha512),
                TE.map((twin) =>
                  O.isSome(twin) && twin.value.isTakenDown ? ('in trash' as const) : ('missing' as const),
                ),
              ),
        ),
      ),
    hasDeleted: pipe(selectOne('background', 'trash.has_deleted', Flag, sql.selectHasDeleted)(), isTrue),
  }
}
