import { expect } from 'chai'
import type { DoJob } from '../../../src/domain/jobs/run-job.ts'
import { outcomeUnknown, refused, unavailable } from '../../../src/domain/shared/errors.ts'
import { E, TE } from '../../../src/fp.ts'
import type { JobQueue } from '../../../src/ports/job-queue.ts'
import { right } from '../../support/expect-right.ts'
import { makeWorkerScene, startWorker, untilAborted } from '../../support/worker-scene.ts'

describe('a worker that meets faults', () => {
  it('lets others renew after its start, however many jobs end meanwhile: an outage may have ended just now', async () => {
    const scene = makeWorkerScene()
    const running = await scene.add()
    await right(scene.queue.take(1))
    scene.advance(3600)
    for (let i = 0; i < 20; i += 1) await scene.add()
    const { timer, ends, stop } = startWorker(scene, () => TE.right({ state: 'made elsewhere' }))
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
    const scene = makeWorkerScene()
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
    const { timer, ends, failures, stop } = startWorker(scene, () => TE.right({ state: 'made elsewhere' }), {
      jobs,
    })
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
    const scene = makeWorkerScene()
    for (let i = 0; i < 3; i += 1) await scene.add()
    const rejecting = () => async () => {
      throw new Error('invalid byte sequence')
    }
    let settles = 0
    const jobs: JobQueue = {
      ...scene.queue,
      renew: rejecting,
      prune: rejecting,
      settle: (lease, outcome) => {
        settles += 1
        return settles <= 5 ? rejecting() : scene.queue.settle(lease, outcome)
      },
    }
    const doJob: DoJob = () => TE.left(refused('it has no pixels'))
    const { timer, runs, failures, stop } = startWorker(scene, doJob, { jobs })
    for (let i = 0; i < 60 && runs.length < 3; i += 1) {
      await timer.next()
      await new Promise(setImmediate)
    }
    expect(failures.filter((item) => item === 'old jobs')).to.have.length(1)
    expect(runs.map(({ result }) => result)).to.deep.equal(['failed', 'failed', 'failed'])
    await stop()
  })

  it('stores what a decoder printed as one printable line', async () => {
    const scene = makeWorkerScene()
    const job = await scene.add()
    const printed = `a\u0000b\u001b[2J\ud800\u202e ${'x'.repeat(9000)}`
    const { timer, ends, stop } = startWorker(scene, () => TE.left(refused(printed)))
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
      const scene = makeWorkerScene()
      const job = await scene.add()
      let tries = 0
      const settle: JobQueue['settle'] = (lease, outcome) => async () => {
        tries += 1
        const settled = await scene.queue.settle(lease, outcome)()
        return tries === 1 ? E.left(noReply) : settled
      }
      const { timer, runs, stop } = startWorker(scene, failing, { jobs: { ...scene.queue, settle } })
      for (let i = 0; i < 60 && runs.length === 0; i += 1) await timer.next()
      expect(runs[0]).to.include({ result: 'failed', next: 'none' })
      expect(await scene.find(job)).to.include({ state: 'failed', error: 'it has no pixels' })
      await stop()
    })

    it('does not call the attempt the last one', async () => {
      const scene = makeWorkerScene()
      await scene.add()
      let tries = 0
      const settle: JobQueue['settle'] = () => {
        tries += 1
        return TE.left(noReply)
      }
      const { timer, runs, stop } = startWorker(scene, failing, { jobs: { ...scene.queue, settle } })
      await timer.idle(() => tries > 0)
      const stopped = stop()
      for (let i = 0; i < 60 && runs.length === 0; i += 1) await Promise.race([timer.next(), stopped])
      await stopped
      expect(runs[0]).to.include({ result: 'failed', next: 'unknown' })
    })

    it('stores the end when the database answers again, however long it was away', async () => {
      const scene = makeWorkerScene()
      const job = await scene.add()
      const away = TE.left(unavailable('database')('it is away'))
      let isAway = false
      const doJob: DoJob = () => {
        isAway = true
        return away
      }
      const jobs: JobQueue = {
        ...scene.queue,
        settle: (lease, outcome) => async () => (isAway ? away() : scene.queue.settle(lease, outcome)()),
        take: (limit) => async () => (isAway ? away() : scene.queue.take(limit)()),
        reap: async () => (isAway ? away() : scene.queue.reap()),
      }
      const { timer, runs, stop } = startWorker(scene, doJob, { jobs })
      const passSeconds = async (seconds: number) => {
        for (let second = 0; second < seconds; second += 1) {
          scene.advance(1)
          await timer.next()
          await new Promise(setImmediate)
        }
      }
      await timer.idle(() => isAway)
      await passSeconds(100)
      expect(runs).to.deep.equal([])
      isAway = false
      await passSeconds(3)
      expect(runs[0]).to.include({ result: 'failed', next: 'retry' })
      expect(await scene.find(job)).to.include({ state: 'waiting', attempt: 0, lost: 0 })
      await stop()
    })

    it('tries to hand its job back until the database answers', async () => {
      const scene = makeWorkerScene()
      const job = await scene.add()
      const { doJob, isBegun } = beginSoon()
      let tries = 0
      const settle: JobQueue['settle'] = (lease, outcome) => {
        tries += 1
        return tries < 4 ? TE.left(unavailable('database')('it is away')) : scene.queue.settle(lease, outcome)
      }
      const { timer, stop } = startWorker(scene, doJob, { jobs: { ...scene.queue, settle } })
      await timer.idle(isBegun)
      const stopped = stop()
      while ((await scene.find(job)).state === 'running') await timer.next()
      await stopped
      expect(await scene.find(job)).to.include({ state: 'waiting', attempt: 0, lost: 0 })
    })

    it('logs a job that could not be handed back', async () => {
      const scene = makeWorkerScene()
      const job = await scene.add()
      const { doJob, isBegun } = beginSoon()
      const jobs: JobQueue = { ...scene.queue, settle: () => TE.left(unavailable('database')('it is away')) }
      const { timer, entries, stop } = startWorker(scene, doJob, { jobs })
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
})
