import type { Log } from '../../ports/log.ts'
import type { Monotonic } from '../../ports/monotonic.ts'

/**
 * Logs an outage of a dependency: one line at its start, one a minute while it lasts, and one at its end,
 * however many requests fail meanwhile (http-api.md §13.4).
 */
export type OutageLog = {
  /** Reports that a call failed because of the dependency. */
  readonly failed: (dependency: string, fields: Readonly<Record<string, unknown>>) => void
  /** Reports that the dependency answered. Costs nothing while there is no outage. */
  readonly answered: (dependency: string) => void
}

type Outage = {
  readonly startedAt: number
  /** `null`: the start was not logged, because another start was logged less than a minute before. */
  loggedAt: number | null
  failures: number
  lastFailureAt: number
}

const minute = 60_000

/** An outage counts as ended after this time without a failure, also if no answer was reported. */
const quietMs = 5 * minute

export const createOutageLog = (log: Log, monotonic: Monotonic): OutageLog => {
  const outages = new Map<string, Outage>()
  /**
   * When an outage was last logged as started, by dependency. A flapping dependency gets at most one line a
   * minute.
   */
  const startedAt = new Map<string, number>()

  const end = (
    dependency: string,
    { startedAt: from, loggedAt, failures }: Outage,
    endedAt: number,
  ): void => {
    outages.delete(dependency)
    if (loggedAt === null) return
    const seconds = Math.round((endedAt - from) / 1000)
    log.warn('outage.ended', { dependency, seconds, failures })
  }

  const start = (dependency: string, fields: Readonly<Record<string, unknown>>, now: number): void => {
    const shouldLog = now - (startedAt.get(dependency) ?? Number.NEGATIVE_INFINITY) >= minute
    outages.set(dependency, {
      startedAt: now,
      loggedAt: shouldLog ? now : null,
      failures: 1,
      lastFailureAt: now,
    })
    if (!shouldLog) return
    startedAt.set(dependency, now)
    log.warn('outage.started', Object.assign({ dependency }, fields))
  }

  return {
    failed: (dependency, fields) => {
      const now = monotonic()
      const previous = outages.get(dependency)
      if (previous !== undefined && now - previous.lastFailureAt > quietMs)
        end(dependency, previous, previous.lastFailureAt)
      const outage = outages.get(dependency)
      if (outage === undefined) return start(dependency, fields, now)
      outage.failures += 1
      outage.lastFailureAt = now
      if (now - (outage.loggedAt ?? outage.startedAt) < minute) return
      outage.loggedAt = now
      const seconds = Math.round((now - outage.startedAt) / 1000)
      log.warn('outage.goes_on', Object.assign({ dependency, seconds, failures: outage.failures }, fields))
    },
    answered: (dependency) => {
      if (outages.size === 0) return
      const outage = outages.get(dependency)
      if (outage !== undefined) end(dependency, outage, monotonic())
    },
  }
}
