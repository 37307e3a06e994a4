import { expect } from 'chai'
import type { NewJob } from '../../../src/domain/jobs/job.ts'
import type { DoJob } from '../../../src/domain/jobs/run-job.ts'
import { refused, unavailable, unavailableForInput } from '../../../src/domain/shared/errors.ts'
import { E, TE } from '../../../src/fp.ts'
import { type JobQueue, jobLeaseMs } from '../../../src/ports/job-queue.ts'
import { right } from '../../support/expect-right.ts'
import { makeWorkerScene, publish, startWorker, untilAborted } from '../../support/worker-scene.ts'

describe('a worker, if something fails', () => {
  it('continues after a job that is refused, one that fails, and one that throws', async () => {
    const scene = makeWorkerScene()
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
    const { timer, ends, failures, stop } = startWorker(scene, doJob)
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
      const scene = makeWorkerScene()
      const job = await scene.add()
      const { timer, ends, stop } = startWorker(scene, () => TE.left(unavailable(fault)('it is down')))
      for (let i = 1; i <= 7; i += 1) {
        await timer.idle(() => ends.length === i)
        scene.advance(60)
        await timer.next()
      }
      expect(await scene.find(job)).to.include({ attempt: 0, lost: 0, error: `${fault}: it is down` })
      await stop()
    })

  it('rests longer and longer while it can do no job, and leaves them to other workers', async () => {
    const scene = makeWorkerScene()
    const jobs: NewJob[] = []
    for (let i = 0; i < 40; i += 1) jobs.push(await scene.add())
    let isDown = true
    const doJob: DoJob = (job) => async () => {
      if (isDown) return E.left(unavailable('object store')('it is down'))
      await publish(scene, job)
      return E.right({ state: 'made', warnings: [] })
    }
    const { timer, ends, stop } = startWorker(scene, doJob)
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
    await passSeconds(120)
    expect(ends.filter(([, result]) => result === 'made')).to.have.length(jobs.length)
    await stop()
  })

  it('renews its lease before it ends expired ones after the machine was suspended', async () => {
    const scene = makeWorkerScene()
    const job = await scene.add()
    let isBegun = false
    const { timer, ends, stop } = startWorker(
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

  it('goes on while the database is away, and lets workers renew before it ends expired leases', async () => {
    const scene = makeWorkerScene()
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
    const { timer, failures, stop } = startWorker(scene, () => TE.right({ state: 'made elsewhere' }), {
      jobs,
    })
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
