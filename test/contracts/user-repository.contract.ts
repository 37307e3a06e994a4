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

  it('[§8.12] lists exactly the admins in order, and removes any but the last', async () => {
    const subs = ['B', 'a', 'auth0|1', 'b', 'ünï', '🦊', '\uffee']
    for (const sub of subs) await right(users.setAdmin(sub, true))
    await right(users.setAdmin('no admin', false))
    expect(await right(users.listAdmins(null, 99))).to.deep.equal([
      'B',
      'a',
      'auth0|1',
      'b',
      'ünï',
      '\uffee',
      '🦊',
    ])
    expect(await right(users.listAdmins('a', 2))).to.deep.equal(['auth0|1', 'b'])
    expect(await right(users.listAdmins('🦊', 2))).to.deep.equal([])
    for (const sub of ['no admin', 'unknown'])
      expect(await right(users.removeAdmin(sub))).to.equal('not_admin')
    for (const sub of subs.slice(1)) expect(await right(users.removeAdmin(sub)), sub).to.equal('removed')
    expect(await right(users.removeAdmin('B'))).to.equal('last_admin')
    expect(await right(users.listAdmins(null, 99))).to.deep.equal(['B'])
  })

  it('[§8.12] keeps an admin when admins are removed and added at the same time', async () => {
    const sub = fc.constantFrom('ann', 'bob', 'eve')
    const change = fc.record({ sub, isRemoval: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 8 }), async (changes) => {
        users = await make()
        for (const first of ['ann', 'bob']) await right(users.setAdmin(first, true))
        const removals = await Promise.all(
          changes.map(async ({ sub, isRemoval }) =>
            isRemoval ? right(users.removeAdmin(sub)) : right(users.setAdmin(sub, true)),
          ),
        )
        expect(await right(users.listAdmins(null, 9)), String(removals)).to.not.deep.equal([])
      }),
      { numRuns: 20, examples: [[['ann', 'bob', 'ann', 'bob'].map((sub) => ({ sub, isRemoval: true }))]] },
    )
  })

  it('keeps one row after many concurrent settings of one user', async () => {
    await Promise.all(Array.from({ length: 8 }, () => right(users.setAdmin('ann', true))))
    expect(await right(users.isAdmin('ann'))).to.equal(true)
  })
}
