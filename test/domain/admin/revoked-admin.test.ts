import { expect } from 'chai'
import { createMemoryUserRepository } from '../../../src/adapters/memory/memory-user-repository.ts'
import type { UserRepository } from '../../../src/ports/user-repository.ts'
import { createDiskLarder, type DiskLarder } from '../../support/disk-larder.ts'
import { left, right } from '../../support/expect-right.ts'
import { removeScratch } from '../../support/scratch.ts'

/** Holds back one answer of the repository, which has been read by then. */
const createSlowUsers = () => {
  const inner = createMemoryUserRepository()
  let release: () => void = () => undefined
  let held: Promise<void> | null = null
  let isAsked: () => void = () => undefined
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve
  })
  const users: UserRepository = {
    ...inner,
    isAdmin: (sub) => async () => {
      const answer = await inner.isAdmin(sub)()
      const wait = held
      held = null
      if (wait !== null) {
        isAsked()
        await wait
      }
      return answer
    },
  }
  return {
    users,
    asked,
    holdNext: () => {
      held = new Promise((resolve) => {
        release = resolve
      })
    },
    release: () => release(),
  }
}

describe('[V23] an admin who is revoked while their right is being loaded', () => {
  let larder: DiskLarder
  afterEach(() => larder.disk.close())
  after(removeScratch)

  it('is none from then on, also when the load ends afterwards', async () => {
    const slow = createSlowUsers()
    larder = await createDiskLarder({ adapters: { users: slow.users } })
    const { admins } = larder
    await right(admins.setAdmin('anna', true))
    const idToken = await right(admins.mintIdToken('anna'))
    slow.holdNext()
    const underWay = admins.authenticate(idToken)()
    await slow.asked
    await right(admins.setAdmin('anna', false))
    const meanwhile = admins.authenticate(idToken)()
    slow.release()
    await underWay
    expect(await left(() => meanwhile)).to.include({ reason: 'not_admin' })
    expect(await left(admins.authenticate(idToken))).to.include({ reason: 'not_admin' })
  })
})
