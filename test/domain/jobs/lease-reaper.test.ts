import { expect } from 'chai'
import { createLeaseReaper } from '../../../src/domain/jobs/lease-reaper.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { E, type TE } from '../../../src/fp.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { right } from '../../support/expect-right.ts'
import { makeWorkerScene } from '../../support/worker-scene.ts'

describe('the end of expired leases', () => {
  /** A reaper that is called every second, and a job that another worker has taken. */
  const make = async () => {
    const { clock, advance, queue, add, find } = makeWorkerScene()
    let isDown = false
    const unlessDown =
      <E, A>(call: TE.TaskEither<E, A>) =>
      async () =>
        isDown ? E.left(unavailable('database')('it is away')) : call()
    const jobs = {
      reap: unlessDown(queue.reap),
      oldestRunningAge: unlessDown(queue.oldestRunningAge),
    }
    const reaper = createLeaseReaper({ jobs, monotonic: asMonotonic(clock), clock })
    const job = await add()
    await right(queue.take(1))
    const pass = async (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        advance(1)
        await reaper.reap()
      }
    }
    const lost = async () => (await find(job)).lost
    const setDown = (to: boolean) => {
      isDown = to
    }
    return { pass, lost, setDown }
  }

  it('waits for five seconds after the first answer, however long the database was away', async () => {
    for (let seconds = 25; seconds < 35; seconds += 1) {
      const { pass, lost, setDown } = await make()
      await pass(10)
      setDown(true)
      await pass(seconds)
      setDown(false)
      await pass(5)
      expect(await lost(), `after an outage of ${seconds} s`).to.equal(0)
      await pass(2)
      expect(await lost(), `later, after an outage of ${seconds} s`).to.equal(1)
    }
  })

  it('begins anew if the database is away again meanwhile', async () => {
    const { pass, lost, setDown } = await make()
    setDown(true)
    await pass(30)
    setDown(false)
    await pass(1)
    setDown(true)
    await pass(3)
    setDown(false)
    await pass(5)
    expect(await lost()).to.equal(0)
    await pass(2)
    expect(await lost()).to.equal(1)
  })
})
