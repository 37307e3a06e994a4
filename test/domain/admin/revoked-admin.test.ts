import { expect } from 'chai'
import { createMemoryUserRepository } from '../../../src/adapters/memory/memory-user-repository.ts'
import type { UserRepository } from '../../../src/ports/user-repository.ts'
import { createDiskLarder, type DiskLarder } from '../../support/disk-larder.ts'
import { left, right } from '../../support/expect-right.ts'
import { removeScratch } from '../../support/scratch.ts'

/** A repository that can delay one result after it has read the value. */
const createSlowUsers = () => {
  const inner = createMemoryUserRepository()
  let release: () => void = () => undefined
  let delay: Promise<void> | null = null
  let reportDelay: () => void = () => undefined
  const delayed = new Promise<void>((resolve) => {
    reportDelay = resolve
  })
  const users: UserRepository = {
    ...inner,
    isAdmin: (sub) => async () => {
      const answer = await inner.isAdmin(sub)()
      const wait = delay
      delay = null
      if (wait !== null) {
        reportDelay()
        await wait
      }
      return answer
    },
  }
  return {
    users,
    delayed,
    holdNext: () => {
      delay = new Promise((resolve) => {
        release = resolve
      })
    },
    release: () => release(),
  }
}

describe('[V23] an admin whose right is revoked while it is being loaded', () => {
  let larder: DiskLarder
  afterEach(() => larder.disk.close())
  after(removeScratch)

  it('is not an admin from then on, even if the load ends later', async () => {
    const slow = createSlowUsers()
    larder = await createDiskLarder({ adapters: { users: slow.users } })
    const { admins } = larder
    await right(admins.setAdmin('anna', true))
    const idToken = await right(admins.mintIdToken('anna'))
    slow.holdNext()
    const loading = admins.authenticate(idToken)()
    await slow.delayed
    await right(admins.setAdmin('anna', false))
    const meanwhile = admins.authenticate(idToken)()
    slow.release()
    await loading
    expect(await left(() => meanwhile)).to.include({ reason: 'not_admin' })
    expect(await left(admins.authenticate(idToken))).to.include({ reason: 'not_admin' })
  })
})
