import { expect } from 'chai'
import fc from 'fast-check'
import type { UserRepository } from '../../src/ports/user-repository.ts'
import { right } from '../support/expect-right.ts'

/** What every UserRepository promises; `make` gives an empty one. */
export const userRepositoryContract = (make: () => Promise<UserRepository>): void => {
  let users: UserRepository

  beforeEach(async () => {
    users = await make()
  })

  it('takes nobody for an admin who was not made one', async () => {
    expect(await right(users.isAdmin('auth0|nobody'))).to.equal(false)
  })

  it('remembers the last word on each user, and on nobody else', async () => {
    const sub = fc.constantFrom('ann', 'Ann', 'bob', "o'hara", 'auth0|1', '%', 'ünï', '')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(sub, fc.boolean()), { maxLength: 10 }), async (said) => {
        users = await make()
        for (const [who, admin] of said) await right(users.setAdmin(who, admin))
        const last = new Map<string, boolean>(said)
        for (const who of ['ann', 'Ann', 'bob', "o'hara", 'auth0|1', '%', 'ünï', '', '_'])
          expect(await right(users.isAdmin(who)), who).to.equal(last.get(who) ?? false)
      }),
      { numRuns: 15 },
    )
  })

  it('is not put out by a name that cannot be written down', async () => {
    expect(await right(users.isAdmin('ann\u0000'))).to.equal(false)
  })

  it('settles on one row when many say the same at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => right(users.setAdmin('ann', true))))
    expect(await right(users.isAdmin('ann'))).to.equal(true)
  })
}
