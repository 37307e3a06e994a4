import { expect } from 'chai'
import { outcomeOfSuccess } from '../../../src/domain/jobs/job-outcome.ts'
import type { DoJob } from '../../../src/domain/jobs/run-job.ts'
import { E, TE } from '../../../src/fp.ts'
import { jobLeaseMs } from '../../../src/ports/job-queue.ts'
import { right } from '../../support/expect-right.ts'
import { makeWorkerScene, publish, startWorker, untilAborted } from '../../support/worker-scene.ts'

describe('a worker', () => {
  it('does jobs one after the other, and ends each', async () => {
    const scene = makeWorkerScene()
    const jobs = [await scene.add(), await scene.add(), await scene.add()]
    let atOnce = 0
    const doJob: DoJob = (job) => async () => {
      atOnce += 1
      expect(atOnce).to.equal(1)
      await publish(scene, job)
      atOnce -= 1
      return E.right({ state: 'made', warnings: [] })
    }
    const { timer, ends, stop } = startWorker(scene, doJob)
    await timer.idle(() => ends.length === 3)
    expect(ends).to.deep.equal(jobs.map(({ uid }) => [uid, 'made']))
    await stop()
  })

  it('does at most as many jobs at a time as it has slots', async () => {
    const scene = makeWorkerScene()
    for (let i = 0; i < 5; i += 1) await scene.add()
    const releases: (() => void)[] = []
    const doJob: DoJob = (job) => async () => {
      await new Promise<void>((resolve) => releases.push(resolve))
      await publish(scene, job)
      return E.right({ state: 'made', warnings: [] })
    }
    const { timer, ends, stop } = startWorker(scene, doJob, { slots: 2 })
    await timer.idle(() => releases.length === 2)
    releases[0]?.()
    await timer.idle(() => releases.length === 3)
    expect(ends).to.have.length(1)
    for (const release of releases) release()
    await stop()
  })

  it('does more than ten jobs at a time without a warning of Node, and hands all back when it stops', async () => {
    const warnings: string[] = []
    const note = ({ message }: Error) => warnings.push(message)
    process.on('warning', note)
    const scene = makeWorkerScene()
    const jobs = await Promise.all(Array.from({ length: 16 }, () => scene.add()))
    let begun = 0
    const doJob = untilAborted(() => {
      begun += 1
    })
    const { timer, stop } = startWorker(scene, doJob, { slots: 16 })
    await timer.idle(() => begun === 16)
    await new Promise(setImmediate)
    await stop()
    process.off('warning', note)
    expect(warnings).to.deep.equal([])
    for (const job of jobs) expect(await scene.find(job)).to.include({ state: 'waiting', lost: 0 })
  })

  it('ends a job whose exports exist already', async () => {
    const scene = makeWorkerScene()
    const job = await scene.add()
    const { timer, ends, stop } = startWorker(scene, () => TE.right({ state: 'made elsewhere' }))
    await timer.idle(() => ends.length === 1)
    expect(await scene.find(job)).to.include({ state: 'done' })
    await stop()
  })

  it('keeps the warnings of the job that made the exports, if a later one finds that they exist', async () => {
    const scene = makeWorkerScene()
    const first = await scene.add()
    const [made = expect.fail('none waits')] = await right(scene.queue.take(1))
    await right(scene.queue.settle(made.lease, outcomeOfSuccess(made, ['no sound'])))
    await scene.add()
    const second = await scene.add({ media: first.media, kind: 'remake' })
    const { timer, ends, stop } = startWorker(scene, () => TE.right({ state: 'made elsewhere' }))
    await timer.idle(() => ends.length === 2)
    expect(await scene.find(second)).to.deep.include({ state: 'done', warnings: ['no sound'] })
    await stop()
  })

  it('hands its job back when it stops, which counts as no attempt', async () => {
    const scene = makeWorkerScene()
    const job = await scene.add()
    let isBegun = false
    const { timer, failures, stop } = startWorker(
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
    await right(scene.queue.cancel(job.uid))
    while (ends.length === 0) await timer.next()
    expect(ends).to.deep.equal([[job.uid, 'lost']])
    expect(await scene.find(job)).to.include({ state: 'cancelled' })
    await stop()
  })

  it('renews its lease and stores the progress, the speed and the time that is left', async () => {
    const scene = makeWorkerScene()
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
    const { timer, ends, stop } = startWorker(scene, doJob)
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
})
