import { expect } from 'chai'
import { createMemoryJobQueue } from '../../../src/adapters/memory/memory-job-queue.ts'
import { createMemoryJobs } from '../../../src/adapters/memory/memory-jobs.ts'
import { finishJob } from '../../../src/domain/jobs/finish-job.ts'
import type { LeasedJob, NewJob } from '../../../src/domain/jobs/job.ts'
import { outcomeOfFailure, outcomeOfSuccess } from '../../../src/domain/jobs/job-outcome.ts'
import type { DoJob } from '../../../src/domain/jobs/run-job.ts'
import { refused, unavailable } from '../../../src/domain/shared/errors.ts'
import { E, TE } from '../../../src/fp.ts'
import { type JobQueue, jobLeaseMs } from '../../../src/ports/job-queue.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { aNewJob } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { createStandingClock } from '../../support/memory-larder.ts'
import { silentLog } from '../../support/recording-log.ts'
import { createTestSleep } from '../../support/test-sleep.ts'

describe('a command that waits for its job', () => {
  const make = async (overrides: Partial<NewJob> = {}) => {
    const { clock, advance } = createStandingClock()
    const memory = createMemoryJobs(clock)
    const jobs = createMemoryJobQueue(memory, clock, 'command')
    const worker = createMemoryJobQueue(memory, clock, 'worker')
    const job = aNewJob(overrides)
    memory.files.add(job.media.uid)
    await right(jobs.enqueue(job))
    const timer = createTestSleep()
    const stopping = new AbortController()
    const progress: number[] = []
    const publish: DoJob = (leased) => async () => {
      await right(jobs.settle(leased.lease, outcomeOfSuccess(leased, [])))
      return E.right({ state: 'made', warnings: ['no sound'] })
    }
    const finish = (doJob = publish, queue: JobQueue = jobs) =>
      finishJob(
        { jobs: queue, doJob, sleep: timer.sleep, monotonic: asMonotonic(clock), clock, log: silentLog },
        job.uid,
        {
          source: null,
          onProgress: (fraction) => progress.push(fraction),
          signal: stopping.signal,
        },
      )
    const takeByWorker = async (): Promise<LeasedJob> =>
      (await right(worker.take(1)))[0] ?? expect.fail('no job waits')
    return { advance, jobs, worker, job, timer, progress, finish, takeByWorker, stop: () => stopping.abort() }
  }
  const made = E.right({ state: 'made', warnings: ['no sound'] })

  it('does it at once if there are no workers', async () => {
    const { finish } = await make()
    expect(await finish()).to.deep.equal(made)
  })

  it('leaves it to workers for two seconds, and then does it', async () => {
    const { finish, timer, worker } = await make()
    await right(worker.take(0))
    const finished = finish()
    let waitedMs = 0
    for (let i = 0; i < 8; i += 1) waitedMs += await timer.next()
    expect(waitedMs).to.equal(2000)
    expect(await finished).to.deep.equal(made)
  })

  it('shows the progress of the worker that does it, and returns the warnings', async () => {
    const { finish, timer, worker, progress, takeByWorker } = await make()
    const leased = await takeByWorker()
    await right(worker.renew(leased.lease, { progress: 0.5, stage: null, speed: null, etaSeconds: null }))
    const finished = finish()
    await timer.next()
    await right(worker.settle(leased.lease, outcomeOfSuccess(leased, ['too loud'])))
    await timer.next()
    expect(await finished).to.deep.equal(E.right({ state: 'made elsewhere', warnings: ['too loud'] }))
    expect(progress).to.include(0.5)
  })

  it('does it after its worker died, though no other worker ends the lease', async () => {
    const { finish, timer, advance, takeByWorker, jobs, job } = await make()
    const passSecond = async () => {
      advance(1)
      await timer.next()
    }
    await takeByWorker()
    const finished = finish()
    await timer.next()
    advance(jobLeaseMs / 1000 + 1)
    for (let i = 0; i < 4; i += 1) await passSecond()
    // After an outage of the database, its worker has had no time to renew its lease.
    expect(await right(jobs.find(job.uid))).to.have.nested.property('value.state', 'running')
    for (let i = 0; i < 12; i += 1) await Promise.race([passSecond(), finished])
    expect(await finished).to.deep.equal(made)
  })

  for (const [how, blame, isRefusedElsewhere] of [
    ['refused the file', 'file', true],
    ['used up the attempts', 'attempt', false],
  ] as const)
    it(`fails if a worker ${how}, and says whether that was a refusal`, async () => {
      const { finish, worker, takeByWorker } = await make({ attempts: 1 })
      const leased = await takeByWorker()
      await right(worker.settle(leased.lease, outcomeOfFailure(leased, 'it is odd', blame)))
      expect(await finish()).to.deep.equal(E.left({ error: refused('it is odd'), isRefusedElsewhere }))
    })

  it('fails if it was cancelled, or deleted with its file', async () => {
    const { finish, jobs, job, advance } = await make()
    await right(jobs.cancel(job.uid))
    const cancelled = refused('making its exports was cancelled')
    expect(await finish()).to.deep.equal(E.left({ error: cancelled, isRefusedElsewhere: false }))
    advance(1)
    await right(jobs.prune(0, 1000))
    const deleted = refused('it is no longer in the library: it was deleted while its exports were made')
    expect(await finish()).to.deep.equal(E.left({ error: deleted, isRefusedElsewhere: false }))
  })

  it('reports its own refusal although the refused file was deleted with its job', async () => {
    const { finish, jobs, job, timer, advance } = await make()
    const refusing: DoJob = () => async () => {
      await right(jobs.cancel(job.uid))
      advance(1)
      await right(jobs.prune(0, 1000))
      return E.left(refused('it has no pixels'))
    }
    const finished = finish(refusing)
    await timer.next()
    await timer.next()
    expect(await finished).to.deep.equal(
      E.left({ error: refused('it has no pixels'), isRefusedElsewhere: false }),
    )
  })

  it('goes on while the database is away for a moment, such as its restart, and fails if it stays away', async () => {
    for (const [seconds, isBack] of [
      [20, true],
      [40, false],
    ] as const) {
      const { finish, timer, worker, advance, takeByWorker, jobs } = await make()
      const leased = await takeByWorker()
      let isDown = true
      const find: typeof jobs.find = (uid) => async () =>
        isDown ? E.left(unavailable('database')('it restarts')) : jobs.find(uid)()
      const finished = finish(undefined, { ...jobs, find })
      for (let second = 0; second < seconds; second += 1) {
        advance(1)
        await Promise.race([timer.next(), finished])
      }
      isDown = false
      await right(worker.settle(leased.lease, outcomeOfSuccess(leased, [])))
      await Promise.race([timer.next(), finished])
      if (isBack) expect(await finished).to.deep.equal(E.right({ state: 'made elsewhere', warnings: [] }))
      else expect(await finished).to.have.nested.property('left.error._tag', 'Unavailable')
    }
  })

  it('fails with what failed in this process, and leaves the next attempt to others', async () => {
    const { finish, jobs, job } = await make()
    const error = unavailable('object store')('it is down')
    expect(await finish(() => TE.left(error))).to.deep.equal(E.left({ error, isRefusedElsewhere: false }))
    expect(await right(jobs.find(job.uid))).to.have.nested.property('value.state', 'waiting')
  })

  it('ends when it is stopped, while it waits or works', async () => {
    const waiting = await make()
    await waiting.takeByWorker()
    const ended = waiting.finish()
    waiting.stop()
    expect(await ended).to.have.nested.property('left.error._tag', 'Unavailable')
    const working = await make()
    const stopped = await working.finish((_, { signal }) => async () => {
      working.stop()
      expect(signal.aborted).to.equal(true)
      return E.left(refused('it would blame the file'))
    })
    expect(stopped).to.have.nested.property('left.error._tag', 'Unavailable')
    expect(await right(working.worker.take(1)), 'another worker may do it at once').to.have.length(1)
  })
})
