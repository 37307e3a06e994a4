import { unavailable } from '../../domain/shared/errors.ts'
import { E, TE } from '../../fp.ts'
import type { StaleValues } from '../../ports/cache.ts'
import type { Clock } from '../../ports/clock.ts'
import type { BusPosition, InvalidationBus } from '../../ports/invalidation-bus.ts'

type Row = {
  readonly id: number
  readonly xid: number
  readonly stale: StaleValues
  readonly createdAtMs: number
}

/** A log in memory, which several buses can share. */
export type MemoryInvalidationLog = {
  /** Starts a transaction. Its rows become visible when the returned `commit` is called. */
  readonly begin: () => {
    readonly xid: number
    readonly write: (stale: StaleValues) => void
    readonly commit: () => void
  }
  readonly rows: () => ReadonlyArray<Row>
  /** Transactions that have not been committed. */
  readonly running: () => ReadonlyArray<number>
  readonly nextXid: () => number
  readonly onChange: (listener: () => void) => () => void
  readonly prune: (before: number) => number
  readonly pruned: () => number
}

export const createMemoryInvalidationLog = (clock: Clock): MemoryInvalidationLog => {
  let nextId = 1
  let nextXid = 1
  let pruned = 0
  let rows: Row[] = [{ id: 0, xid: 0, stale: { names: [], families: [] }, createdAtMs: clock() }]
  const running = new Set<number>()
  const listeners = new Set<() => void>()
  return {
    begin: () => {
      const xid = nextXid++
      const written: Row[] = []
      running.add(xid)
      return {
        xid,
        write: (stale) => {
          written.push({ id: nextId++, xid, stale, createdAtMs: clock() })
        },
        commit: () => {
          rows.push(...written)
          running.delete(xid)
          for (const listener of listeners) listener()
        },
      }
    },
    rows: () => rows,
    running: () => [...running],
    nextXid: () => nextXid,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    prune: (before) => {
      const newest = Math.max(...rows.map(({ id }) => id))
      const oldestRunning = Math.min(nextXid, ...running)
      const isOld = ({ id, xid, createdAtMs }: Row) =>
        createdAtMs < before && id !== newest && xid < oldestRunning
      const gone = rows.filter(isOld)
      rows = rows.filter((row) => !isOld(row))
      pruned = Math.max(pruned, ...gone.map(({ xid }) => xid))
      return gone.length
    },
    pruned: () => pruned,
  }
}

const positionOf = (log: MemoryInvalidationLog): BusPosition => {
  const running = log.running()
  const next = log.nextXid()
  const newest = log.rows().reduce((a, b) => (a.id > b.id ? a : b))
  return {
    snapshot: `${Math.min(next, ...running)}:${next}:${running.join(',')}`,
    newest: { id: newest.id, xid: String(newest.xid), createdAt: String(newest.createdAtMs) },
  }
}

export const parseMemorySnapshot = (text: string) => {
  const [xmin = '', xmax = '', running = ''] = text.split(':')
  const unfinished = running === '' ? [] : running.split(',').map(Number)
  return {
    xmin: Number(xmin),
    xmax: Number(xmax),
    isVisible: (xid: number) => xid < Number(xmax) && !unfinished.includes(xid),
  }
}

export const isOfAnotherLog = (log: MemoryInvalidationLog, { snapshot, newest }: BusPosition): boolean => {
  const { xmax, isVisible } = parseMemorySnapshot(snapshot)
  const isSame = log
    .rows()
    .some(
      ({ id, xid, createdAtMs }) =>
        id === newest.id && String(xid) === newest.xid && String(createdAtMs) === newest.createdAt,
    )
  return !isSame || xmax > log.nextXid() || log.rows().some(({ id, xid }) => id > newest.id && isVisible(xid))
}

const hasGap = (log: MemoryInvalidationLog, position: BusPosition): boolean =>
  isOfAnotherLog(log, position) ||
  (log.pruned() > 0 && log.pruned() >= parseMemorySnapshot(position.snapshot).xmin)

/** Follows a log in memory, for tests. */
export const createMemoryInvalidationBus = (
  log: MemoryInvalidationLog,
  clock: Clock,
): InvalidationBus & { readonly breakSessions: () => void } => {
  const open = new Set<AbortController>()
  return {
    open: (onChange) => async () => {
      const losing = new AbortController()
      const stopListening = log.onChange(() => {
        if (!losing.signal.aborted) onChange()
      })
      open.add(losing)
      return E.right({
        catchUp: (from, apply) => async () => {
          if (losing.signal.aborted) return E.left(unavailable('database')('the connection is broken'))
          const position = positionOf(log)
          if (from === null || hasGap(log, from)) {
            const applied = await apply('all')()
            return E.isLeft(applied) ? applied : E.right(position)
          }
          const { isVisible } = parseMemorySnapshot(from.snapshot)
          for (const { xid, stale } of [...log.rows()]) {
            if (isVisible(xid)) continue
            const applied = await apply(stale)()
            if (E.isLeft(applied)) return applied
          }
          return E.right(position)
        },
        lost: losing.signal,
        close: async () => {
          stopListening()
          open.delete(losing)
          losing.abort()
        },
      })
    },
    prune: (keepMs) => TE.fromIO(() => log.prune(clock() - keepMs)),
    breakSessions: () => {
      for (const losing of open) losing.abort()
    },
  }
}
