import { E, O, TE } from '../../fp.ts'
import { cacheKeys, isValueFamily } from '../../ports/cache-keys.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Revocations } from '../../ports/revocations.ts'
import { type DeletedFiles, graceSecondsOf, type Trash, takenDownPrefix } from '../../ports/trash.ts'
import type { MemoryJobs } from './memory-jobs.ts'
import { type MemoryMedia, type MemoryMediaFile, notDeleted } from './memory-media.ts'

type Options = {
  readonly clock: Clock
  readonly jobs: MemoryJobs
  readonly media: MemoryMedia
  readonly revocations: Pick<Revocations, 'revoke' | 'findNotBefore'>
}

/** Every family of values. Values in memory are few, so all are dropped. */
const families = Object.values(cacheKeys)
  .map(({ template }) => template)
  .filter(isValueFamily)

const blobOf = (key: string): string => key.replace('/', ':')
const nothing: DeletedFiles['stale'] = { names: [], families: [] }

/** The deleted files of a library in memory, for tests. */
export const createMemoryTrash = ({ clock, jobs, media, revocations }: Options): Trash => {
  const purgedObjects = new Map<string, string>()
  let hasPurged = false

  const isExpired = ({ deletedAt, purgeAfter, graceUntil }: MemoryMediaFile): boolean =>
    deletedAt !== null && (purgeAfter ?? 0) <= clock() * 1000 && graceUntil === null
  const isGraceOver = ({ graceUntil }: MemoryMediaFile): boolean =>
    graceUntil !== null && graceUntil <= clock()

  /** Returns the names of the file's blobs. */
  const purge = ({ uid, keys, remove }: MemoryMediaFile): ReadonlyArray<string> => {
    const removed = keys()
    for (const key of removed) purgedObjects.set(key, uid)
    remove()
    jobs.frozen.delete(uid)
    hasPurged = true
    return removed.map(blobOf)
  }

  const cancelJobs = (uid: string, endedAt: number): void => {
    for (const job of jobs.all())
      if (job.media.uid === uid && (job.state === 'waiting' || job.state === 'running'))
        jobs.set({ ...job, state: 'cancelled', leaseToken: null, endedAt, stage: null })
  }

  const graceOf = ({ kind, readFacts }: MemoryMediaFile): number | null => {
    const { exports, durationSeconds } = readFacts()
    if (kind === 'image' || exports.length === 0) return null
    return clock() + graceSecondsOf(durationSeconds ?? 0) * 1000
  }

  return {
    delete: (uids, mode, keepSeconds) => async () => {
      const deletions = new Map<string, { deletedAt: number; purgeAfter: number }>()
      const revoked = []
      const names: string[] = []
      for (const uid of uids) {
        const file = media.find(uid)
        if (file === undefined) continue
        const nowMs = clock()
        cancelJobs(uid, nowMs)
        jobs.frozen.add(uid)
        const now = nowMs * 1000
        const isTakenDown = file.isTakenDown || mode !== 'trash'
        const deletedAt = file.deletedAt ?? now
        const purgeAfter = mode === 'erase' ? now : (file.purgeAfter ?? now + keepSeconds * 1_000_000)
        const grace = file.deletedAt === null ? graceOf(file) : file.graceUntil
        media.setDeletion(uid, {
          deletedAt,
          purgeAfter,
          isTakenDown,
          graceUntil: isTakenDown ? null : grace,
        })
        deletions.set(uid, { deletedAt, purgeAfter })
        if (mode === 'trash') continue
        const blobs = file.keys().map(blobOf)
        media.takenDown.set(uid, { sha512: file.readFacts().sha512, blobs })
        names.push(takenDownPrefix + uid, ...blobs)
        const target = { kind: 'uid' as const, subject: uid }
        const revocation = file.isTakenDown ? E.left(null) : await revocations.revoke(target)()
        const notBefore = await revocations.findNotBefore(target)()
        if (E.isLeft(notBefore)) return notBefore
        revoked.push(E.isRight(revocation) ? revocation.right : { ...target, notBefore: notBefore.right })
        if (mode === 'erase') names.push(...purge(file))
      }
      return E.right({ deletions, revocations: revoked, stale: { names, families } })
    },

    restore: (uid, job, scope = 'all') =>
      TE.fromIO(() => {
        const file = media.find(uid)
        if (file === undefined) return { result: 'missing' as const, stale: nothing }
        if (file.deletedAt === null) return { result: 'not deleted' as const, stale: nothing }
        if (file.isTakenDown && scope !== 'all') return { result: 'taken down' as const, stale: nothing }
        const { exports, durationSeconds } = file.readFacts()
        const kind = exports.length > 0 ? 'remake' : 'exports'
        const newest = jobs
          .all()
          .filter((each) => each.media.uid === uid && each.kind === kind)
          .at(-1)
        const hasEnded = newest?.state === 'cancelled' || newest?.state === 'failed'
        if (newest !== undefined && hasEnded && (newest.endedAt ?? 0) * 1000 >= file.deletedAt)
          jobs.set({ ...newest, state: 'waiting', attempt: 0, lost: 0, error: null, endedAt: null })
        if (newest === undefined && kind === 'exports')
          jobs.insert({ ...job, kind, media: { kind: file.kind, uid: file.uid }, durationSeconds })
        media.setDeletion(uid, notDeleted)
        jobs.frozen.delete(uid)
        media.takenDown.delete(uid)
        return { result: 'restored' as const, stale: { names: [], families } }
      }),

    endGraces: (limit) =>
      TE.fromIO(() => {
        const over = media.all().filter(isGraceOver).slice(0, limit)
        for (const file of over) media.setDeletion(file.uid, { ...file, graceUntil: null })
        return { count: over.length, stale: { names: [], families } }
      }),

    listExpired: (limit) =>
      TE.fromIO(() =>
        media
          .all()
          .filter(isExpired)
          .slice(0, limit)
          .map(({ uid }) => uid),
      ),

    purge: (uid) =>
      TE.fromIO(() => {
        const file = media.find(uid)
        if (file === undefined || !isExpired(file)) return { isPurged: false, stale: nothing }
        return { isPurged: true, stale: { names: [...purge(file)], families } }
      }),

    listPurgedObjects: (uid, limit) =>
      TE.fromIO(() =>
        [...purgedObjects]
          .filter(([, file]) => uid === null || file === uid)
          .map(([key]) => key)
          .sort()
          .slice(0, limit),
      ),

    forgetPurgedObjects: (keys) =>
      TE.fromIO(() => {
        for (const key of keys) purgedObjects.delete(key)
      }),

    isDue: TE.fromIO(
      () => purgedObjects.size > 0 || media.all().some((file) => isExpired(file) || isGraceOver(file)),
    ),

    isInTrash: (uid) => TE.fromIO(() => media.isDeleted(uid)),

    findTwin: (sha512) =>
      TE.fromIO(() => {
        const takenDown = [...media.takenDown].find(([, file]) => file.sha512 === sha512)
        if (takenDown !== undefined)
          return O.some({ uid: takenDown[0] as MemoryMediaFile['uid'], isTakenDown: true })
        const twin = media
          .all()
          .find((file) => file.deletedAt !== null && file.sharesBytes && file.readFacts().sha512 === sha512)
        return twin === undefined ? O.none : O.some({ uid: twin.uid, isTakenDown: false })
      }),

    listTakenDown: (after, limit) =>
      TE.fromIO(() =>
        [...media.takenDown]
          .map(([uid, { blobs }]) => ({ uid, blobs }))
          .filter(({ uid }) => after === null || uid > after)
          .sort((a, b) => (a.uid < b.uid ? -1 : 1))
          .slice(0, limit),
      ),

    hasDeleted: TE.fromIO(() => hasPurged || media.all().some(({ deletedAt }) => deletedAt !== null)),
  }
}
