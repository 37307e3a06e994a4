import { expect } from 'chai'
import type { JobLease, LeasedJob, NewJob } from '../../src/domain/jobs/job.ts'
import {
  maxLost,
  outcomeOfFailure,
  outcomeOfHandBack,
  outcomeOfSuccess,
} from '../../src/domain/jobs/job-outcome.ts'
import { O } from '../../src/fp.ts'
import { type JobQueue, jobLeaseMs } from '../../src/ports/job-queue.ts'
import { aJobUid, aNewJob } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'

type JobQueueSubject = {
  /** The queues of two processes. */
  readonly queues: readonly [JobQueue, JobQueue]
  /** Adds a file without jobs to the library. */
  readonly addFile: (media: NewJob['media']) => Promise<void>
  /** Lets time pass for the jobs (milliseconds). */
  readonly advance: (ms: number) => Promise<void>
}

const noFilter = { state: null, kind: null, media: null }

/** What every JobQueue promises. `make` returns an empty one. */
export const jobQueueContract = (make: () => Promise<JobQueueSubject>): void => {
  let one: JobQueue
  let other: JobQueue
  let advance: JobQueueSubject['advance']
  let addFile: JobQueueSubject['addFile']
  beforeEach(async () => {
    const subject = await make()
    ;[one, other] = subject.queues
    advance = subject.advance
    addFile = subject.addFile
  })

  const add = async (overrides: Partial<NewJob> = {}): Promise<NewJob> => {
    const job = aNewJob(overrides)
    if (overrides.media === undefined) await addFile(job.media)
    expect(await right(one.enqueue(job))).to.equal(job.uid)
    return job
  }
  const taken = async (queue: JobQueue, limit = 1) => right(queue.take(limit))
  const uidsOf = (jobs: ReadonlyArray<{ readonly uid: string }>) => jobs.map(({ uid }) => uid)
  const takeFirst = async (queue: JobQueue = one): Promise<LeasedJob> =>
    (await taken(queue))[0] ?? expect.fail('no job waits')
  const find = async (uid: NewJob['uid']) => {
    const job = await right(other.find(uid))
    return O.isSome(job) ? job.value : expect.fail('it is gone')
  }
  const progress = { progress: 0.5, stage: 'making exports', speed: 2.5, etaSeconds: 6 }
  /** Whether a lease still holds, without a change of the job. */
  const isHeld = (lease: JobLease) => right(one.renew(lease, progress))

  it('returns a job as it was added, and none for an unknown uid', async () => {
    const job = await add()
    expect(await find((await add({ kind: 'remake', replaces: 'all' })).uid)).to.include({ replaces: 'all' })
    const { createdAt, ...rest } = await find(job.uid)
    expect(createdAt).to.be.a('number')
    expect(rest).to.deep.equal({
      ...job,
      replaces: 'outdated',
      state: 'waiting',
      priority: 0,
      attempt: 0,
      lost: 0,
      error: null,
      isRefused: false,
      warnings: [],
      worker: null,
      progress: 0,
      stage: null,
      speed: null,
      etaSeconds: null,
      startedAt: null,
      endedAt: null,
    })
    expect(await right(one.find(aJobUid()))).to.deep.equal(O.none)
  })

  it('has one waiting or running job of a kind for a file, also if many add it at once', async () => {
    const { media } = aNewJob()
    await addFile(media)
    const uids = await Promise.all(
      Array.from({ length: 6 }, (_, i) => right((i % 2 ? one : other).enqueue(aNewJob({ media })))),
    )
    expect(new Set(uids).size).to.equal(1)
    const { uid, lease } = await takeFirst()
    expect(await right(one.enqueue(aNewJob({ media })))).to.equal(uid)
    const remake = aNewJob({ media, kind: 'remake' })
    expect(await right(one.enqueue(remake))).to.equal(remake.uid)
    await right(one.settle(lease, outcomeOfSuccess({ attempt: 0, attempts: 5, lost: 0 }, [])))
    expect(await right(one.enqueue(aNewJob({ media })))).to.not.equal(uid)
  })

  it('gives out jobs by priority, then the longest waiting first', async () => {
    const jobs = [await add(), await add(), await add()] as const
    expect(await right(one.setPriority(jobs[2].uid, 7))).to.equal('changed')
    expect(uidsOf(await taken(other, 5))).to.deep.equal(uidsOf([jobs[2], jobs[0], jobs[1]]))
    expect(await taken(one, 5)).to.deep.equal([])
  })

  it('never gives the same job to two takers', async () => {
    for (let i = 0; i < 20; i += 1) await add()
    const all = await Promise.all([one, other, one, other, one, other].map((queue) => taken(queue, 5)))
    const uids = all.flatMap(uidsOf)
    expect(uids).to.have.length(20)
    expect(new Set(uids).size).to.equal(20)
  })

  it('takes one job by its uid, even before its time, unless it is not waiting', async () => {
    const { uid } = await add()
    const job = await takeFirst()
    expect(await right(other.takeOne(uid))).to.deep.equal(O.none)
    await right(one.settle(job.lease, outcomeOfFailure(job, 'x', 'attempt')))
    expect(O.isSome(await right(other.takeOne(uid)))).to.equal(true)
    expect(await right(other.takeOne(aJobUid()))).to.deep.equal(O.none)
  })

  it('stores the progress with each renewal, which prolongs the lease', async () => {
    expect(await right(one.oldestRunningAge)).to.equal(0)
    await add()
    const { uid, lease } = await takeFirst()
    for (let i = 0; i < 3; i += 1) {
      await advance(jobLeaseMs - 5000)
      expect(await right(other.reap)).to.equal(0)
      expect(await right(one.renew(lease, progress))).to.equal(true)
    }
    expect(await find(uid)).to.include({ state: 'running', ...progress })
    expect(await right(one.oldestRunningAge)).to.be.at.least(jobLeaseMs)
  })

  it('lets a job whose worker died wait again after a while, and counts that apart from its attempts', async () => {
    await add()
    const lost = await takeFirst()
    await advance(jobLeaseMs + 1000)
    expect(await right(other.reap)).to.equal(1)
    expect(await right(other.reap)).to.equal(0)
    expect(await find(lost.uid)).to.include({
      state: 'waiting',
      attempt: 0,
      lost: 1,
      error: 'its worker died',
    })
    expect(await taken(other), 'not at once').to.deep.equal([])
    expect(await isHeld(lost.lease)).to.equal(false)
    await advance(3_600_000)
    expect(uidsOf(await taken(other))).to.deep.equal([lost.uid])
  })

  it('lets a job fail whose worker died five times', async () => {
    const { uid } = await add()
    for (let i = 0; i < maxLost; i += 1) {
      expect((await takeFirst()).uid).to.equal(uid)
      await advance(3_600_000)
      await right(other.reap)
      await advance(3_600_000)
    }
    expect(await find(uid)).to.include({
      state: 'failed',
      attempt: 0,
      error: `its worker died ${maxLost} times`,
    })
    expect(await taken(one)).to.deep.equal([])
  })

  it('writes nothing for the holder of a lost lease', async () => {
    await add()
    const old = await takeFirst()
    await advance(3_600_000)
    await right(other.reap)
    await advance(3_600_000)
    const current = await takeFirst(other)
    expect(current.uid).to.equal(old.uid)
    expect(await right(one.renew(old.lease, progress))).to.equal(false)
    expect(await right(one.settle(old.lease, outcomeOfSuccess(old, [])))).to.equal(false)
    expect(await find(old.uid)).to.include({ state: 'running', progress: 0 })
    expect(await right(other.settle(current.lease, outcomeOfSuccess(current, ['no sound'])))).to.equal(true)
    const done = await find(old.uid)
    expect(done).to.deep.include({ state: 'done', progress: 1, warnings: ['no sound'], error: null })
    expect(done.endedAt).to.be.a('number')
    expect(await right(other.settle(current.lease, outcomeOfSuccess(current, [])))).to.equal(false)
  })

  it('gives a job that was handed back to the next taker at once, and counts nothing', async () => {
    await add()
    const job = await takeFirst()
    expect(await right(one.settle(job.lease, outcomeOfHandBack(job)))).to.equal(true)
    expect(await takeFirst(other)).to.include({ uid: job.uid, attempt: 0, lost: 0 })
  })

  it('tries a failed job again after a while, until its attempts are used up', async () => {
    const { uid } = await add({ attempts: 2 })
    const first = await takeFirst()
    await right(one.settle(first.lease, outcomeOfFailure(first, 'it was killed', 'attempt')))
    expect(await find(uid)).to.include({ state: 'waiting', attempt: 1, error: 'it was killed' })
    expect(await taken(one)).to.deep.equal([])
    await advance(3_600_000)
    const second = await takeFirst()
    await right(one.settle(second.lease, outcomeOfFailure(second, 'it was killed again', 'attempt')))
    expect(await find(uid)).to.include({ state: 'failed', attempt: 2, error: 'it was killed again' })
  })

  it('cancels a waiting or a running job at once, whose worker loses its lease', async () => {
    const waiting = await add()
    const running = await takeFirst()
    const behind = await add()
    expect(await right(other.cancel(running.uid))).to.equal('changed')
    expect(await right(other.cancel(behind.uid))).to.equal('changed')
    expect(await isHeld(running.lease)).to.equal(false)
    expect(await find(waiting.uid)).to.include({ state: 'cancelled' })
    expect(await taken(one)).to.deep.equal([])
    expect(await right(one.cancel(waiting.uid))).to.equal('wrong state')
    expect(await right(one.cancel(aJobUid()))).to.equal('missing')
  })

  it('retries a failed or cancelled job with all its attempts, unless the file has an active one', async () => {
    const { uid, media } = await add({ attempts: 1 })
    expect(await right(one.retry(uid))).to.equal('wrong state')
    const job = await takeFirst()
    expect(await isHeld(job.lease)).to.equal(true)
    await right(one.settle(job.lease, outcomeOfFailure(job, 'x', 'attempt')))
    expect(await right(one.retry(uid))).to.equal('changed')
    expect(await find(uid)).to.include({
      ...{ state: 'waiting', attempt: 0, error: null, endedAt: null },
      ...{ progress: 0, stage: null, speed: null, etaSeconds: null },
    })
    await right(one.cancel(uid))
    const { uid: newer } = await add({ media })
    expect(await right(one.retry(uid))).to.equal('wrong state')
    await right(one.cancel(newer))
    expect(await right(one.retry(uid))).to.equal('changed')
    expect(await right(one.retry(aJobUid()))).to.equal('missing')
  })

  it('retries one of several jobs of a file, also if all are retried at once', async () => {
    const { media } = aNewJob()
    await addFile(media)
    const ended: NewJob[] = []
    for (let i = 0; i < 6; i += 1) {
      ended.push(await add({ media }))
      await right(one.cancel(ended[i]?.uid ?? aJobUid()))
    }
    for (let round = 0; round < 10; round += 1) {
      const changes = await Promise.all(ended.map(({ uid }, i) => right((i % 2 ? one : other).retry(uid))))
      expect(changes.filter((change) => change === 'changed')).to.have.length(1)
      expect(new Set(changes)).to.deep.equal(new Set(['changed', 'wrong state']))
      await right(one.cancel(ended[changes.indexOf('changed')]?.uid ?? aJobUid()))
    }
  })

  it('lists jobs, newest first, page by page, by state, kind and file', async () => {
    const jobs = [await add(), await add(), await add({ kind: 'remake' })] as const
    await right(one.cancel(jobs[0].uid))
    const first = await right(one.list(noFilter, 2, null))
    expect(uidsOf(first.items)).to.deep.equal(uidsOf([jobs[2], jobs[1]]))
    expect(first.total).to.equal(3)
    const second = await right(one.list(noFilter, 2, first.next))
    expect([uidsOf(second.items), second.next]).to.deep.equal([[jobs[0].uid], null])
    const listed = async (filter: Partial<Parameters<JobQueue['list']>[0]>) =>
      uidsOf((await right(one.list({ ...noFilter, ...filter }, 9, null))).items)
    expect(await listed({ state: 'cancelled' })).to.deep.equal([jobs[0].uid])
    expect(await listed({ kind: 'remake' })).to.deep.equal([jobs[2].uid])
    expect(await listed({ media: jobs[1].media.uid, state: 'waiting' })).to.deep.equal([jobs[1].uid])
    expect(await listed({ media: jobs[1].media.uid, kind: 'remake' })).to.deep.equal([])
  })

  it('deletes jobs that ended long ago, and no others', async () => {
    const ended = await add()
    const waiting = await add()
    await right(one.cancel(ended.uid))
    expect(await right(one.prune(3_600_000, 1000))).to.equal(0)
    await advance(7_200_000)
    expect(await right(one.prune(3_600_000, 1000))).to.equal(1)
    expect(await right(one.find(ended.uid))).to.deep.equal(O.none)
    expect(await find(waiting.uid)).to.include({ state: 'waiting' })
  })

  it('deletes the oldest of several such jobs first, and at most as many as the limit says', async () => {
    const jobs = [await add(), await add(), await add()] as const
    for (const job of [jobs[2], jobs[0], jobs[1]]) {
      await right(one.cancel(job.uid))
      await advance(1000)
    }
    await advance(7_200_000)
    expect(await right(one.prune(3_600_000, 2))).to.equal(2)
    expect(await find(jobs[1].uid)).to.include({ state: 'cancelled' })
    expect(await right(one.prune(3_600_000, 2))).to.equal(1)
    expect(await right(one.prune(3_600_000, 2))).to.equal(0)
  })

  it('knows whether another process takes jobs', async () => {
    expect(await right(one.hasWorkers)).to.equal(false)
    await taken(other)
    expect(await right(one.hasWorkers)).to.equal(true)
  })
}
