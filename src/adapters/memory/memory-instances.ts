import type { InstanceUid, PurgeUid } from '../../domain/media/ids.ts'
import { O, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import { type InstanceReport, type Instances, silentAfterMs } from '../../ports/instances.ts'
import { isOfAnotherLog, type MemoryInvalidationLog, parseMemorySnapshot } from './memory-invalidation-bus.ts'

type Row = InstanceReport & { readonly startedAt: number; readonly heardAt: number }

type MemoryPurge = { readonly xid: number; readonly addedAt: number }

/** Stores instances in memory, for tests. */
export const createMemoryInstances = (log: MemoryInvalidationLog, clock: Clock): Instances => {
  const rows = new Map<InstanceUid, Row>()
  const purges = new Map<PurgeUid, MemoryPurge>()

  const stateOf = ({ position, heardAt }: Row, { xid, addedAt }: MemoryPurge) => {
    if (clock() - heardAt > silentAfterMs) return 'silent'
    if (position === null || heardAt < addedAt) return 'waiting'
    return parseMemorySnapshot(position.snapshot).isVisible(xid) ? 'done' : 'waiting'
  }

  return {
    report: (report) =>
      TE.fromIO(() => {
        const startedAt = rows.get(report.uid)?.startedAt ?? clock()
        const { position } = report
        const isKnown = position !== null && !isOfAnotherLog(log, position)
        rows.set(report.uid, { ...report, position: isKnown ? position : null, startedAt, heardAt: clock() })
      }),
    remove: (uid) =>
      TE.fromIO(() => {
        rows.delete(uid)
      }),
    list: TE.fromIO(() =>
      [...rows.values()].map(({ position, ...row }) => ({ ...row, applied: position?.newest.id ?? 0 })),
    ),
    addPurge: (uid, stale) =>
      TE.fromIO(() => {
        const { xid, write, commit } = log.begin()
        purges.set(uid, { xid, addedAt: clock() })
        write(stale)
        commit()
      }),
    findPurge: (uid) =>
      TE.fromIO(() => {
        const purge = purges.get(uid)
        if (purge === undefined) return O.none
        return O.some(
          [...rows.values()].map((row) => ({
            instance: row.uid,
            state: stateOf(row, purge),
            heardAt: row.heardAt,
          })),
        )
      }),
    forget: (silentMs) =>
      TE.fromIO(() => {
        for (const { uid, heardAt } of rows.values()) if (clock() - heardAt > silentMs) rows.delete(uid)
        for (const [uid, { addedAt }] of purges) if (clock() - addedAt > silentMs) purges.delete(uid)
      }),
  }
}
