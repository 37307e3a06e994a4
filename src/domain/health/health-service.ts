import { E, type TE } from '../../fp.ts'
import type { Unavailable } from '../shared/errors.ts'

/** One thing that the service depends on. `null`: it is well; else what is wrong, in one line. */
export type Finding = { readonly name: string; readonly fault: string | null }

export type Health = {
  /**
   * `degraded`: what is in the cache is served, the rest is not. `unavailable`: nothing can be served.
   */
  readonly status: 'ready' | 'degraded' | 'unavailable'
  readonly findings: ReadonlyArray<Finding>
}

/** Whether this instance can do its work, by asking what it depends on. */
export type HealthService = { readonly examine: () => Promise<Health> }

type Check = TE.TaskEither<Unavailable, unknown>

type Deps = { readonly database: Check; readonly objectStore: Check; readonly cache: Check }

/** One line of whatever was thrown. */
export const oneLine = (cause: unknown): string =>
  (cause instanceof Error ? cause.message || cause.name : String(cause)).split('\n', 1)[0] ?? ''

export const createHealthService = ({ database, objectStore, cache }: Deps): HealthService => {
  const find = async (name: string, check: Check): Promise<Finding> => {
    const result = await check()
    return { name, fault: E.isLeft(result) ? oneLine(result.left.cause) : null }
  }

  return {
    examine: async () => {
      const findings = await Promise.all([
        find('database', database),
        find('object store', objectStore),
        find('cache', cache),
      ])
      const [db, store, disk] = findings.map(({ fault }) => fault === null)
      const status = db && store ? (disk ? 'ready' : 'degraded') : disk ? 'degraded' : 'unavailable'
      return { status, findings }
    },
  }
}
