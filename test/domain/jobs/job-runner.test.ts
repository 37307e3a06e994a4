import { expect } from 'chai'
import { createMemoryJobQueue } from '../../../src/adapters/memory/memory-job-queue.ts'
import { createMemoryJobs } from '../../../src/adapters/memory/memory-jobs.ts'
import type { Job, LeasedJob, NewJob } from '../../../src/domain/jobs/job.ts'
import { outcomeOfSuccess } from '../../../src/domain/jobs/job-outcome.ts'
import { createJobRunner } from '../../../src/domain/jobs/job-runner.ts'
import type { DoJob, JobRun } from '../../../src/domain/jobs/run-job.ts'
import { outcomeUnknown, refused, unavailable, unavailableForInput } from '../../../src/domain/shared/errors.ts'
import { E, O, TE } from '../../../src/fp.ts'
import { type JobQueue, jobLeaseMs } from '../../../src/ports/job-queue.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { aNewJob } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { createStandingClock } from '../../support/memory-larder.ts'
import { createRecordingLog } from '../../support/recording-log.ts'
import { createTestSleep } from '../../support/test-sleep.ts'

describe('a worker', () => {
  const make = () => {
    const { clock, advance } = createStandingClock()
    const jobs = createMemoryJobs(clock)
    const queue = createMemoryJobQueue(jobs, clock)
    const find = async ({ uid }: Pick<Job, 'uid'>) => {
      const job = await right(queue.find(uid))
      return O.isSome(job) ? job.value : expect.fail('it is gone')
    }
    const add = async (overrides: Partial<NewJob> = {}) => {
      const job = aNewJob(overrides)
      await right(queue.enqueue(job))
      return job
    }
    return { clock, advance, queue, find, add }
  }
  type Scene = ReturnType<typeof make>

  /** Ends a job as publishing its exports does. */
  const publish = ({ queue }: Scene, job: LeasedJob) =>
    right(queue.settle(job.lease, outcomeOfSuccess(job, [])))

  const start = (scene: Scene, doJob: DoJob, { slots = 1, jobs = scene.queue as JobQueue } = {}) => {
    const timer = createTestSleep()
    const ends: (readonly [string, JobRun['result']])[] = []
    const runs: JobRun[] = []
    const failures: string[] = []
    const { log, entries } = createRecordingLog()
    const stopping = new AbortController()
    const runner = createJobRunner(
      {
        jobs,
        doJob,
        sleep: timer.sleep,
        monotonic: asMonotonic(scene.clock),
        clock: scene.clock,
        log,
      },
      {
        slots,
        onProgress: () => {},
        onEnd: ({ uid }, run) => {
          ends.push([uid, run.result])
          runs.push(run)
        },
      },
    )
    const ended = runner.run({ signal: stopping.signal, failed: (_, item) => failures.push(item) })
    const stop = async () => {
      stopping.abort()
      await ended
    }
    return { timer, ends, runs, failures, entries, stop }
  }

  it('does jobs one after the other, and ends each', async () => {
    const scene = make()
    const jobs = [await scene.add(), await scene.add(), await scene.add()]
    let atOnce = 0
    const doJob: DoJob = (job) => async () => {
      atOnce += 1
      expect(atOnce).to.equal(1)
      await publish(scene, job)
      atOnce -= 1
      return E.right({ state: 'made', warnings: [] })
    }
    const { timer, ends, stop } = start(scene, doJob)
    await timer.idle(() => ends.length === 3)
    expect(ends).to.deep.equal(jobs.map(({ uid }) => [uid, 'made']))
    await stop()
  })

  it('does at most as many jobs at a time as it has slots', async () => {
    const scene = make()
    for (let i = 0; i < 5; i += 1) await scene.add()
    const releases: (() => void)[] = []
    const doJob: DoJob = (job) => async () => {
      await new Promise<void>((resolve) => releases.push(resolve))
      await publish(scene, job)
      return E.right({ state: 'made', warnings: [] })
    }
    const { timer, ends, stop } = start(scene, doJob, { slots: 2 })
    await timer.idle(() => releases.length === 2)
    releases[0]?.()
    await timer.idle(() => releases.length === 3)
    expect(ends).to.have.length(1)
    for (const release of releases) release()
    await stop()
  })

  it('continues after a job that is refused, one that fails, and one that throws', async () => {
    const scene = make()
    const [bad, killed, buggy, good] = [
      await scene.add(),
      await scene.add(),
      await scene.add(),
      await scene.add(),
    ]
    const doJob: DoJob = (job) => async () => {
      if (job.uid === bad.uid) return E.left(refused('it has no pixels'))
      if (job.uid === killed.uid) return E.left(unavailableForInput('transcoder')('ended by SIGKILL'))
      if (job.uid === buggy.uid) throw new Error('a bug')
      await publish(scene, job)
      return E.right({ state: 'made', warnings: [] })
    }
    const { timer, ends, failures, stop } = start(scene, doJob)
    await timer.idle(() => ends.length === 4)
    expect(await scene.find(bad)).to.include({ state: 'failed', error: 'it has no pixels', attempt: 0 })
    expect(await scene.find(killed)).to.include({ state: 'waiting', attempt: 1 })
    expect(await scene.find(buggy)).to.include({ state: 'waiting', attempt: 1 })
    expect(await scene.find(good)).to.include({ state: 'done' })
    expect(failures).to.have.length(3)
    await stop()
  })

  for (const fault of ['object store', 'transcoder', 'local files'])
    it(`counts no attempt while no file is to blame: ${fault}`, async () => {
      const scene = make()
      const job = await scene.add()
      const { timer, ends, stop } = start(scene, () => TE.left(unavailable(fault)('it is down')))
      for (let i = 1; i <= 7; i += 1) {
        await timer.idle(() => ends.length === i)
        scene.advance(60)
        await timer.next()
      }
      expect(await scene.find(job)).to.include({ attempt: 0, lost: 0, error: `${fault}: it is down` })
      await stop()
    })

  it('rests longer and longer while it can do no job, and leaves them to other workers', async () => {
    const scene = make()
    const jobs: NewJob[] = []
    for (let i = 0; i < 40; i += 1) jobs.push(await scene.add())
    let isDown = true
    const doJob: DoJob = (job) => async () => {
      if (isDown) return E.left(unavailable('object store')('it is down'))
      await publish(scene, job)
      return E.right({ state: 'made', warnings: [] })
    }
    const { timer, ends, stop } = start(scene, doJob)
    const passSeconds = async (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        scene.advance(1)
        await timer.next()
        await new Promise(setImmediate)
      }
    }
    await timer.idle(() => ends.length === 1)
    await passSeconds(60)
    expect(ends.length).to.be.within(2, 8)
    isDown = false
    await passSeconds(60)
    expect(ends.filter(([, result]) => result === 'made')).to.have.length(jobs.length)
    await stop()
  })

  it('ends a job whose exports exist already', async () => {
    const scene = make()
    const job = await scene.add()
    const { timer, ends, stop } = start(scene, () => TE.right({ state: 'made elsewhere' }))
    await timer.idle(() => ends.length === 1)
    expect(await scene.find(job)).to.include({ state: 'done' })
    await stop()
  })

  /** Work that ends when it is aborted. */
  const untilAborted =
    (onBegin: () => void): DoJob =>
    (_, { signal }) =>
    async () => {
      onBegin()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return E.left(refused('it would blame the file'))
    }

  it('hands its job back when it stops, which counts as no attempt', async () => {
    const scene = make()
    const job = await scene.add()
    let isBegun = false
    const { timer, failures, stop } = start(
      scene,
      untilAborted(() => {
        isBegun = true
      }),
    )
    await timer.idle(() => isBegun)
    await stop()
    expect(await scene.find(job)).to.include({ state: 'waiting', attempt: 0, lost: 0, error: null })
    expect(failures).to.deep.equal([])
    expect(await right(scene.queue.take(1)), 'at once').to.have.length(1)
  })

  it('aborts a job that is cancelled', async () => {
    const scene = make()
    const job = await scene.add()
    let isBegun = false
    const { timer, ends, stop } = start(
      scene,
      untilAborted(() => {
        isBegun = true
      }),
    )
    await timer.idle(() => isBegun)
    await right(scene.queue.cancel(job.uid))
    while (ends.length === 0) await timer.next()
    expect(ends).to.deep.equal([[job.uid, 'lost']])
    expect(await scene.find(job)).to.include({ state: 'cancelled' })
    await stop()
  })

  it('renews its lease and stores the progress, the speed and the time that is left', async () => {
    const scene = make()
    const job = await scene.add({ durationSeconds: 100 })
    let release = (): void => {}
    const doJob: DoJob =
      (leased, { report }) =>
      async () => {
        report.onStage('making exports')
        scene.advance(10)
        report.onProgress(0.25)
        await new Promise<void>((resolve) => {
          release = resolve
        })
        await publish(scene, leased)
        return E.right({ state: 'made', warnings: [] })
      }
    const { timer, ends, stop } = start(scene, doJob)
    while ((await scene.find(job)).progress === 0) await timer.next()
    expect(await scene.find(job)).to.include({
      progress: 0.25,
      stage: 'making exports',
      speed: 2.5,
      etaSeconds: 30,
    })
    scene.advance(jobLeaseMs / 1000 - 1)
    expect(await right(scene.queue.reap)).to.equal(0)
    release()
    await timer.idle(() => ends.length === 1)
    await stop()
  })

  it('renews its lease before it ends expired ones after the machine was suspended', async () => {
    const scene = make()
    const job = await scene.add()
    let isBegun = false
    const { timer, ends, stop } = start(
      scene,
      untilAborted(() => {
        isBegun = true
      }),
    )
    await timer.idle(() => isBegun)
    // The worker sleeps until the next poll and until the next renewal. After this, the poll is first.
    expect(await timer.next()).to.equal(jobLeaseMs / 10)
    await new Promise(setImmediate)
    scene.advance(3600)
    for (let i = 0; i < 20; i += 1) {
      await timer.next()
      await new Promise(setImmediate)
    }
    expect(await scene.find(job)).to.include({ state: 'running', lost: 0 })
    expect(ends).to.deep.equal([])
    await stop()
  })

  it('lets others renew after its start, however many jobs end meanwhile: an outage may have ended just now', async () => {
    const scene = make()
    const running = await scene.add()
    await right(scene.queue.take(1))
    scene.advance(3600)
    for (let i = 0; i < 20; i += 1) await scene.add()
    const { timer, ends, stop } = start(scene, () => TE.right({ state: 'made elsewhere' }))
    await timer.idle(() => ends.length === 20)
    expect(await scene.find(running)).to.include({ state: 'running', lost: 0 })
    for (let second = 0; second < 7; second += 1) {
      scene.advance(1)
      await timer.next()
      await new Promise(setImmediate)
    }
    expect(await scene.find(running)).to.include({ lost: 1 })
    await stop()
  })

  it('does jobs although old ones cannot be deleted, and deletes them in pieces', async () => {
    const scene = make()
    const job = await scene.add()
    const limits: number[] = []
    let isDown = true
    const jobs: JobQueue = {
      ...scene.queue,
      prune: (_, limit) => {
        limits.push(limit)
        if (isDown) return TE.left(unavailable('database')('it takes too long'))
        return TE.right(limits.length < 5 ? limit : 0)
      },
    }
    const { timer, ends, failures, stop } = start(scene, () => TE.right({ state: 'made elsewhere' }), { jobs })
    await timer.idle(() => ends.length === 1)
    expect(await scene.find(job)).to.include({ state: 'done' })
    expect(failures).to.deep.equal(['old jobs'])
    isDown = false
    scene.advance(3600)
    for (let i = 0; i < 10; i += 1) {
      await timer.next()
      await new Promise(setImmediate)
    }
    expect(limits).to.deep.equal([1000, 1000, 1000, 1000, 1000])
    await stop()
  })

  it('goes on after calls of the queue that throw', async () => {
    const scene = make()
    for (let i = 0; i < 3; i += 1) await scene.add()
    const rejecting = () => async () => {
      throw new Error('invalid byte sequence')
    }
    let settles = 0
    const jobs: JobQueue = {
      ...scene.queue,
      renew: rejecting,
      settle: (lease, outcome) => {
        settles += 1
        return settles <= 5 ? rejecting() : scene.queue.settle(lease, outcome)
      },
    }
    const { timer, runs, stop } = start(scene, () => TE.left(refused('it has no pixels')), { jobs })
    for (let i = 0; i < 60 && runs.length < 3; i += 1) {
      await timer.next()
      await new Promise(setImmediate)
    }
    expect(runs.map(({ result }) => result)).to.deep.equal(['failed', 'failed', 'failed'])
    await stop()
  })

  it('stores what a decoder printed as one printable line', async () => {
    const scene = make()
    const job = await scene.add()
    const printed = `a\u0000b\u001b[2J\ud800\u202e ${'x'.repeat(9000)}`
    const { timer, ends, stop } = start(scene, () => TE.left(refused(printed)))
    await timer.idle(() => ends.length === 1)
    const { error } = await scene.find(job)
    expect(error).to.match(/^a\\x00b\\x1b\[2J\\ud800\\u202e x+$/)
    expect(error?.length).to.equal(2000)
    await stop()
  })

  describe('whose database does not confirm the end of an attempt', () => {
    const noReply = outcomeUnknown('database')('the connection broke')
    const failing: DoJob = () => TE.left(refused('it has no pixels'))
    const beginSoon = () => {
      let isBegun = false
      const doJob = untilAborted(() => {
        isBegun = true
      })
      return { doJob, isBegun: () => isBegun }
    }

    it('reports a failure whose reply alone was lost', async () => {
      const scene = make()
      const job = await scene.add()
      let tries = 0
      const settle: JobQueue['settle'] = (lease, outcome) => async () => {
        tries += 1
        const settled = await scene.queue.settle(lease, outcome)()
        return tries === 1 ? E.left(noReply) : settled
      }
      const { timer, runs, stop } = start(scene, failing, { jobs: { ...scene.queue, settle } })
      for (let i = 0; i < 60 && runs.length === 0; i += 1) await timer.next()
      expect(runs[0]).to.include({ result: 'failed', next: 'none' })
      expect(await scene.find(job)).to.include({ state: 'failed', error: 'it has no pixels' })
      await stop()
    })

    it('does not call the attempt the last one', async () => {
      const scene = make()
      await scene.add()
      const jobs: JobQueue = { ...scene.queue, settle: () => TE.left(noReply) }
      const { timer, runs, stop } = start(scene, failing, { jobs })
      for (let i = 0; i < 60 && runs.length === 0; i += 1) await timer.next()
      expect(runs[0]).to.include({ result: 'failed', next: 'unknown' })
      await stop()
    })

    it('tries to hand its job back until the database answers', async () => {
      const scene = make()
      const job = await scene.add()
      const { doJob, isBegun } = beginSoon()
      let tries = 0
      const settle: JobQueue['settle'] = (lease, outcome) => {
        tries += 1
        return tries < 4 ? TE.left(unavailable('database')('it is away')) : scene.queue.settle(lease, outcome)
      }
      const { timer, stop } = start(scene, doJob, { jobs: { ...scene.queue, settle } })
      await timer.idle(isBegun)
      const stopped = stop()
      while ((await scene.find(job)).state === 'running') await timer.next()
      await stopped
      expect(await scene.find(job)).to.include({ state: 'waiting', attempt: 0, lost: 0 })
    })

    it('logs a job that could not be handed back', async () => {
      const scene = make()
      const job = await scene.add()
      const { doJob, isBegun } = beginSoon()
      const jobs: JobQueue = { ...scene.queue, settle: () => TE.left(unavailable('database')('it is away')) }
      const { timer, entries, stop } = start(scene, doJob, { jobs })
      await timer.idle(isBegun)
      const stopped = stop()
      for (let i = 0; i < 12; i += 1) await Promise.race([timer.next(), stopped])
      await stopped
      expect(entries).to.deep.include({
        level: 'warn',
        event: 'jobs.not_handed_back',
        fields: { job: job.uid, uid: job.media.uid },
      })
    })
  })

  it('goes on while the database is away, and lets workers renew before it ends expired leases', async () => {
    const scene = make()
    const job = await scene.add()
    await right(scene.queue.take(1))
    scene.advance(3600)
    let isDown = true
    let polls = 0
    let reaps = 0
    const down = TE.left(unavailable('database')('it is away'))
    const jobs: JobQueue = {
      ...scene.queue,
      reap: async () => {
        if (isDown) return down()
        reaps += 1
        return scene.queue.reap()
      },
      take: (limit) => async () => {
        if (isDown) return down()
        polls += 1
        return scene.queue.take(limit)()
      },
    }
    const { timer, failures, stop } = start(scene, () => TE.right({ state: 'made elsewhere' }), { jobs })
    const pauses = [await timer.next(), await timer.next(), await timer.next()]
    expect(pauses).to.deep.equal([2000, 4000, 8000])
    expect(failures.length).to.be.at.least(3)
    isDown = false
    let seconds = 0
    for (; reaps === 0; seconds += 1) {
      scene.advance(1)
      await timer.next()
    }
    expect(seconds).to.be.within(4, 8)
    expect(polls).to.be.at.least(4)
    expect(await scene.find(job)).to.include({ state: 'waiting', lost: 1 })
    await stop()
  })
})
