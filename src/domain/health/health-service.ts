import { E, type TE } from '../../fp.ts'
import type { Monotonic } from '../../ports/monotonic.ts'
import { oneLineMessage } from '../shared/error-text.ts'
import type { Unavailable } from '../shared/errors.ts'
import { withTaskTimeout } from '../shared/with-timeout.ts'

/**
 * State of one dependency. `fault` is `null` if the dependency works, otherwise one line that describes the
 * fault.
 */
type HealthFinding = { readonly name: string; readonly fault: string | null }

export type HealthReport = {
  /**
   * `degraded`: cached content is served, other content is not. `unavailable`: nothing can be served.
   */
  readonly status: 'ready' | 'degraded' | 'unavailable'
  readonly findings: ReadonlyArray<HealthFinding>
}

/** Checks the dependencies of this instance, at most once a second, however many callers there are. */
export type HealthService = { readonly examine: () => Promise<HealthReport> }

type Check = TE.TaskEither<Unavailable, unknown>

type Deps = {
  readonly database: Check
  readonly objectStore: Check
  readonly cache: Check
  readonly bus: Check
  /** Whether media may be served: not if this process does not hear of changes (http-api.md §9.9). */
  readonly mayServeMedia: () => boolean
  readonly monotonic: Monotonic
  /** Timeout in milliseconds for the check of each dependency. */
  readonly limitMs?: number
}

/** For this long (milliseconds), a result of the check is used again. */
const reuseMs = 1000

export const createHealthService = (deps: Deps): HealthService => {
  const { database, objectStore, cache, bus, mayServeMedia, monotonic, limitMs = 2000 } = deps
  let latest: { readonly health: Promise<HealthReport>; endedAt: number | null } | null = null

  const find = async (name: string, check: Check): Promise<HealthFinding> => {
    const result = await withTaskTimeout(check, limitMs, name)()
    return { name, fault: E.isLeft(result) ? oneLineMessage(result.left.cause) : null }
  }

  const examine = async (): Promise<HealthReport> => {
    const findings = await Promise.all([
      find('database', database),
      find('object store', objectStore),
      find('cache', cache),
      find('bus', bus),
    ])
    const [db, store, disk, hears] = findings.map(({ fault }) => fault === null)
    const canServe = (disk || (db && store)) && mayServeMedia()
    const isWell = db && store && disk && hears
    return { status: canServe ? (isWell ? 'ready' : 'degraded') : 'unavailable', findings }
  }

  return {
    examine: () => {
      if (latest !== null && (latest.endedAt === null || monotonic() - latest.endedAt < reuseMs))
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
