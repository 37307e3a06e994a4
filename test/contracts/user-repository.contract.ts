import { expect } from 'chai'
import fc from 'fast-check'
import { Subject } from '../../src/domain/access/subject.ts'
import type { UserRepository } from '../../src/ports/user-repository.ts'
import { right } from '../support/expect-right.ts'

/** What every UserRepository promises. `make` returns an empty one. */
export const userRepositoryContract = (make: () => Promise<UserRepository>): void => {
  let users: UserRepository

  beforeEach(async () => {
    users = await make()
  })

  it('returns false for a user that was never set to admin', async () => {
    expect(await right(users.isAdmin('auth0|nobody'))).to.equal(false)
  })

  it('returns the last setting of each user; a setting affects no other user', async () => {
    const sub = fc.constantFrom('ann', 'Ann', 'bob', "o'hara", 'auth0|1', '%', 'ünï', '')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(sub, fc.boolean()), { maxLength: 10 }), async (changes) => {
        users = await make()
        for (const [subject, admin] of changes) await right(users.setAdmin(subject, admin))
        const last = new Map<string, boolean>(changes)
        for (const subject of ['ann', 'Ann', 'bob', "o'hara", 'auth0|1', '%', 'ünï', '', '_'])
          expect(await right(users.isAdmin(subject)), subject).to.equal(last.get(subject) ?? false)
      }),
      { numRuns: 15 },
    )
  })

  it('stores each subject that a token may have', async () => {
    const subject = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 255 }).filter(Subject.is),
      fc.constantFrom('🦊'.repeat(255), '\uffff', ' '),
    )
    await fc.assert(
      fc.asyncProperty(subject, async (sub) => {
        await right(users.setAdmin(sub, true))
        expect(await right(users.isAdmin(sub))).to.equal(true)
      }),
      { numRuns: 20 },
    )
  })

  it('keeps one row after many concurrent settings of one user', async () => {
    await Promise.all(Array.from({ length: 8 }, () => right(users.setAdmin('ann', true))))
    expect(await right(users.isAdmin('ann'))).to.equal(true)
  })
}
