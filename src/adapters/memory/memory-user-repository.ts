import { TE } from '../../fp.ts'
import type { AdminRemoval, UserRepository } from '../../ports/user-repository.ts'

/** Stores users in memory, for tests. */
export const createMemoryUserRepository = (): UserRepository => {
  const admins = new Set<string>()

  return {
    isAdmin: (sub) => TE.fromIO(() => admins.has(sub)),
    setAdmin: (sub, admin) =>
      TE.fromIO(() => {
        if (admin) admins.add(sub)
        else admins.delete(sub)
      }),
    listAdmins: (after, limit) =>
      TE.fromIO(() =>
        [...admins]
          .filter((sub) => after === null || Buffer.compare(Buffer.from(sub), Buffer.from(after)) > 0)
          .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
          .slice(0, limit),
      ),
    removeAdmin: (sub) =>
      TE.fromIO((): AdminRemoval => {
        if (!admins.has(sub)) return 'not_admin'
        if (admins.size === 1) return 'last_admin'
        admins.delete(sub)
        return 'removed'
      }),
  }
}
