import { expect } from 'chai'
import type { JobCompletion, LeasedJob } from '../../src/domain/jobs/job.ts'
import { outcomeOfFailure } from '../../src/domain/jobs/job-outcome.ts'
import type { ContentFileUid, ImageFileUid } from '../../src/domain/media/ids.ts'
import { notFound } from '../../src/domain/shared/errors.ts'
import { E, O } from '../../src/fp.ts'
import type { ContentFileRepository } from '../../src/ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../src/ports/image-file-repository.ts'
import { type JobQueue, jobLeaseMs } from '../../src/ports/job-queue.ts'
import {
  aJobUid,
  aNewContentExport,
  aNewContentFile,
  aNewFileJob,
  aNewImageExport,
  aNewImageFile,
  aNewJob,
} from '../support/builders.ts'
import { right } from '../support/expect-right.ts'

type FileJobsSubject = {
  readonly jobs: JobQueue
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly advance: (ms: number) => Promise<void>
}

const idle = { progress: null, stage: null, etaSeconds: null, reason: null }

/** What repositories and queue promise together: a file and its job are written in one transaction. */
export const fileJobsContract = (make: () => Promise<FileJobsSubject>): void => {
  let subject: FileJobsSubject
  beforeEach(async () => {
    subject = await make()
  })

  const kinds = {
    image: {
      add: async () => {
        const file = aNewImageFile()
        const job = aNewFileJob()
        await right(subject.imageFiles.add(file, job))
        return { uid: file.uid as string, job: job.uid }
      },
      addAgain: async () => {
        const file = aNewImageFile()
        await right(subject.imageFiles.add(file, aNewFileJob()))
        const late = aNewFileJob()
        await right(subject.imageFiles.add(aNewImageFile({ sha512: file.sha512 }), late))
        return late.uid
      },
      publish: (uid: string, completion: JobCompletion) =>
        right(
          subject.imageFiles.addExports(uid as ImageFileUid, [aNewImageExport({ recipe: 1 })], completion),
        ),
      replace: (uid: string, completion: JobCompletion) =>
        right(
          subject.imageFiles.replaceExports(
            uid as ImageFileUid,
            [aNewImageExport({ recipe: 2 })],
            completion,
          ),
        ),
      state: (uid: string) => right(subject.imageFiles.findState(uid as ImageFileUid)),
      remove: (uid: string) => right(subject.imageFiles.removeUnfinished(uid as ImageFileUid)),
    },
    content: {
      add: async () => {
        const file = aNewContentFile()
        const job = aNewFileJob()
        await right(subject.contentFiles.add(file, job))
        return { uid: file.uid as string, job: job.uid }
      },
      addAgain: async () => {
        const file = aNewContentFile()
        await right(subject.contentFiles.add(file, aNewFileJob()))
        const late = aNewFileJob()
        await right(subject.contentFiles.add(aNewContentFile({ sha512: file.sha512 }), late))
        return late.uid
      },
      publish: (uid: string, completion: JobCompletion) =>
        right(
          subject.contentFiles.addExports(
            uid as ContentFileUid,
            [aNewContentExport({ recipe: 1 })],
            completion,
          ),
        ),
      replace: (uid: string, completion: JobCompletion) =>
        right(
          subject.contentFiles.replaceExports(
            uid as ContentFileUid,
            [aNewContentExport({ recipe: 2 })],
            completion,
          ),
        ),
      state: (uid: string) => right(subject.contentFiles.findState(uid as ContentFileUid)),
      remove: (uid: string) => right(subject.contentFiles.removeUnfinished(uid as ContentFileUid)),
    },
  }

  const take = async (): Promise<LeasedJob> =>
    (await right(subject.jobs.take(1)))[0] ?? expect.fail('no job waits')
  const stateOf = async (uid: string, kind: keyof typeof kinds) => {
    const state = await kinds[kind].state(uid)
    return O.isSome(state) ? state.value : expect.fail('there is no such file')
  }
  const jobState = async (uid: LeasedJob['uid']) => {
    const job = await right(subject.jobs.find(uid))
    return O.isSome(job) ? job.value.state : null
  }

  it('stores no stage and no remaining time after an attempt, and no progress of a job that waits', async () => {
    await kinds.content.add()
    const { uid, lease, ...job } = await take()
    await right(subject.jobs.renew(lease, { progress: 0.5, stage: 'storing', speed: 2, etaSeconds: 9 }))
    await right(subject.jobs.settle(lease, outcomeOfFailure({ ...job }, 'x', 'service')))
    const found = await right(subject.jobs.find(uid))
    const idleJob = { progress: 0, stage: null, speed: null, etaSeconds: null }
    expect(O.isSome(found) && found.value).to.include(idleJob)
  })

  it('stores any error as one printable line, and shows it to viewers only if the file was refused', async () => {
    for (const [blame, reason] of [
      ['file', 'a\\x00b\\x1b[2J\\ud800'],
      ['attempt', 'its exports could not be made'],
    ] as const) {
      const { uid } = await kinds.content.add()
      const job = { ...(await take()), attempts: 1 }
      await right(subject.jobs.settle(job.lease, outcomeOfFailure(job, 'a\0b\u001b[2J\ud800', blame)))
      const found = await right(subject.jobs.find(job.uid))
      expect(O.isSome(found) && found.value.error).to.equal('a\\x00b\\x1b[2J\\ud800')
      expect(await stateOf(uid, 'content')).to.include({ state: 'failed', reason })
    }
  })

  it('deletes no more old jobs at once than the limit', async () => {
    for (let i = 0; i < 3; i += 1) await right(subject.jobs.cancel((await kinds.content.add()).job))
    await subject.advance(1000)
    expect(await right(subject.jobs.prune(0, 2))).to.equal(2)
    expect(await right(subject.jobs.prune(0, 2))).to.equal(1)
  })

  for (const kind of ['image', 'content'] as const) {
    const { add, addAgain, publish, replace, state, remove } = kinds[kind]

    it(`adds a file of the kind ${kind} with its job, and no job for a duplicate`, async () => {
      const { uid, job } = await add()
      const leased = await take()
      expect(leased).to.deep.include({ uid: job, kind: 'exports', media: { kind, uid } })
      expect(leased.durationSeconds).to.equal(kind === 'image' ? null : 12)
      expect(await right(subject.jobs.find(await addAgain()))).to.deep.equal(O.none)
    })

    it(`ends the job in the transaction that publishes exports of the kind ${kind}`, async () => {
      const { uid } = await add()
      expect(await stateOf(uid, kind)).to.deep.equal({ state: 'waiting', ...idle })
      const { lease, uid: job } = await take()
      await right(subject.jobs.renew(lease, { progress: 0.25, stage: 'storing', speed: 1, etaSeconds: 9 }))
      expect(await stateOf(uid, kind)).to.deep.equal({
        state: 'making',
        progress: 0.25,
        stage: 'storing',
        etaSeconds: 9,
        reason: null,
      })
      expect(await publish(uid, { lease, warnings: ['no sound'] })).to.equal(true)
      const done = await right(subject.jobs.find(job))
      expect(O.isSome(done) && done.value).to.deep.include({ state: 'done', warnings: ['no sound'] })
      expect(await stateOf(uid, kind)).to.deep.equal({ state: 'ready', ...idle })
    })

    it(`publishes nothing of the kind ${kind} without the lease`, async () => {
      const { uid } = await add()
      const { lease, uid: job } = await take()
      await subject.advance(jobLeaseMs + 1000)
      await right(subject.jobs.reap)
      expect(await publish(uid, { lease, warnings: [] })).to.equal(false)
      expect(await jobState(job)).to.equal('waiting')
      expect(await stateOf(uid, kind)).to.include({ state: 'waiting' })

      await subject.advance(3_600_000)
      const current = await take()
      expect(await publish(uid, { lease, warnings: [] })).to.equal(false)
      expect(await publish(uid, { lease: current.lease, warnings: [] })).to.equal(true)
      const remake = { ...current, uid: aNewFileJob().uid, kind: 'remake' as const }
      await right(subject.jobs.enqueue(remake))
      expect(await replace(uid, { lease: current.lease, warnings: [] })).to.equal(false)
      const { lease: last } = await take()
      expect(await replace(uid, { lease: last, warnings: [] })).to.equal(true)
      expect(await jobState(remake.uid)).to.equal('done')
    })

    it(`does not end the job if nothing of the kind ${kind} is published`, async () => {
      const { uid } = await add()
      const { lease, uid: job } = await take()
      expect(await publish(uid, { lease, warnings: [] })).to.equal(true)
      await right(
        subject.jobs.enqueue({
          ...aNewFileJob(),
          kind: 'exports',
          media: { kind, uid: uid as ImageFileUid },
          durationSeconds: null,
        }),
      )
      const late = await take()
      expect(await publish(uid, { lease: late.lease, warnings: [] })).to.equal(false)
      expect([await jobState(job), await jobState(late.uid)]).to.deep.equal(['done', 'running'])
    })

    it(`keeps why a file of the kind ${kind} has no exports, also when its job is deleted`, async () => {
      const { uid } = await add()
      const leased = await take()
      await right(subject.jobs.settle(leased.lease, outcomeOfFailure(leased, 'it has no pixels', 'file')))
      const failed = { state: 'failed', ...idle, reason: 'it has no pixels' }
      expect(await stateOf(uid, kind)).to.deep.equal(failed)
      await subject.advance(1000)
      expect(await right(subject.jobs.prune(0, 1000))).to.equal(1)
      expect(await stateOf(uid, kind)).to.deep.equal(failed)

      const again = { ...leased, uid: aNewFileJob().uid }
      await right(subject.jobs.enqueue(again))
      expect(await stateOf(uid, kind)).to.include({ state: 'waiting', reason: null })
      await right(subject.jobs.cancel(again.uid))
      expect(await stateOf(uid, kind)).to.include({
        state: 'failed',
        reason: 'making its exports was cancelled',
      })
      await right(subject.jobs.retry(again.uid))
      expect(await stateOf(uid, kind)).to.include({ state: 'waiting', reason: null })
    })

    it(`does not tell viewers of the kind ${kind} the error of a failed attempt, which is for operators`, async () => {
      const { uid } = await add()
      const leased = await take()
      const lastAttempt = { ...leased, attempt: leased.attempts - 1 }
      const error = "transcoder: no such file, open '/srv/larder/scratch/original'"
      await right(subject.jobs.settle(leased.lease, outcomeOfFailure(lastAttempt, error, 'attempt')))
      expect(await stateOf(uid, kind)).to.include({
        state: 'failed',
        reason: 'its exports could not be made',
      })
    })

    it(`removes the jobs of a file of the kind ${kind} with the file`, async () => {
      const { uid, job } = await add()
      expect(await remove(uid)).to.equal(true)
      expect(await right(subject.jobs.find(job))).to.deep.equal(O.none)
      expect(await state(uid)).to.deep.equal(O.none)
    })
  }

  it('adds no job for a file that is not in the library', async () => {
    for (const kind of ['exports', 'remake'] as const) {
      const job = aNewJob({ kind })
      const added = await subject.jobs.enqueue(job)()
      expect(added).to.deep.equal(E.left(notFound('file', job.media.uid)))
      expect(await right(subject.jobs.find(job.uid))).to.deep.equal(O.none)
    }
  })

  it('changes the priority of jobs that have not ended', async () => {
    const { job } = await kinds.image.add()
    expect(await right(subject.jobs.setPriority(job, -100))).to.equal('changed')
    expect(await right(subject.jobs.find(job))).to.deep.nested.include({ 'value.priority': -100 })
    await right(subject.jobs.cancel(job))
    expect(await right(subject.jobs.setPriority(job, 0))).to.equal('wrong state')
    expect(await right(subject.jobs.setPriority(aJobUid(), 0))).to.equal('missing')
  })
}
