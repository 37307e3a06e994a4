import { TE } from '../../fp.ts'
import type { UserRepository } from '../../ports/user-repository.ts'

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
  }
}
