import { E, type TE } from '../../fp.ts'
import type { Monotonic } from '../../ports/monotonic.ts'
import type { Unavailable } from '../shared/errors.ts'
import { withTimeLimit } from '../shared/limited.ts'

/** One thing that the service depends on. `null`: it is well; else what is wrong, in one line. */
export type Finding = { readonly name: string; readonly fault: string | null }

export type Health = {
  /**
   * `degraded`: what is in the cache is served, the rest is not. `unavailable`: nothing can be served.
   */
  readonly status: 'ready' | 'degraded' | 'unavailable'
  readonly findings: ReadonlyArray<Finding>
}

/** Whether this instance can do its work, by asking what it depends on: once a second at most, however many ask. */
export type HealthService = { readonly examine: () => Promise<Health> }

type Check = TE.TaskEither<Unavailable, unknown>

type Deps = {
  readonly database: Check
  readonly objectStore: Check
  readonly cache: Check
  readonly monotonic: Monotonic
  /** Milliseconds that each of the three has to answer. */
  readonly limitMs?: number
}

/** Milliseconds for which an answer stands. */
const keptMs = 1000

/** One line of whatever was thrown. */
export const oneLine = (cause: unknown): string =>
  (cause instanceof Error ? cause.message || cause.name : String(cause)).split('\n', 1)[0] ?? ''

export const createHealthService = (deps: Deps): HealthService => {
  const { database, objectStore, cache, monotonic, limitMs = 2000 } = deps
  let latest: { readonly health: Promise<Health>; endedAt: number | null } | null = null

  const find = async (name: string, check: Check): Promise<Finding> => {
    const result = await withTimeLimit(check, limitMs, name)()
    return { name, fault: E.isLeft(result) ? oneLine(result.left.cause) : null }
  }

  const examine = async (): Promise<Health> => {
    const findings = await Promise.all([
      find('database', database),
      find('object store', objectStore),
      find('cache', cache),
    ])
    const [db, store, disk] = findings.map(({ fault }) => fault === null)
    const status = db && store ? (disk ? 'ready' : 'degraded') : disk ? 'degraded' : 'unavailable'
    return { status, findings }
  }

  return {
    examine: () => {
      if (latest !== null && (latest.endedAt === null || monotonic() - latest.endedAt < keptMs))
        return latest.health
      const current: typeof latest = { health: examine(), endedAt: null }
      latest = current
      const ended = () => {
        current.endedAt = monotonic()
      }
      current.health.then(ended, ended)
      return current.health
    },
  }
}
