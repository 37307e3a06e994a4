import { expect } from 'chai'
import { createMemoryContentFileRepository } from '../../../src/adapters/memory/memory-content-file-repository.ts'
import { createMemoryImageFileRepository } from '../../../src/adapters/memory/memory-image-file-repository.ts'
import { createMemoryJobQueue } from '../../../src/adapters/memory/memory-job-queue.ts'
import { createMemoryJobs } from '../../../src/adapters/memory/memory-jobs.ts'
import type { JobUid } from '../../../src/domain/media/ids.ts'
import { aNewContentFile, aNewFileJob, aNewImageFile } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { createMemoryLarder, createStandingClock } from '../../support/memory-larder.ts'

describe('the start of a server or worker', () => {
  it('adds the missing jobs of files without exports, and none for a file that has one or has failed', async () => {
    const { clock, advance } = createStandingClock()
    const rows = createMemoryJobs(clock)
    const jobs = createMemoryJobQueue(rows, clock)
    const imageFiles = createMemoryImageFileRepository(clock, rows)
    const contentFiles = createMemoryContentFileRepository(clock, rows)
    const { ingest } = await createMemoryLarder({ clock, jobs, imageFiles, contentFiles })

    const addImage = async (): Promise<readonly [media: string, job: JobUid]> => {
      const [file, job] = [aNewImageFile(), aNewFileJob()]
      await right(imageFiles.add(file, job))
      return [file.uid, job.uid]
    }
    const [, cancelled] = await addImage()
    await right(jobs.cancel(cancelled))
    advance(1)
    await right(jobs.prune(0, 1000))
    const [, waiting] = await addImage()
    // An older release adds a file without a job.
    const [picture, ofPicture] = await addImage()
    const [film, ofFilm] = [aNewContentFile({ durationSeconds: 12 }), aNewFileJob()]
    await right(contentFiles.add(film, ofFilm))
    for (const uid of [ofPicture, ofFilm.uid]) rows.rows.delete(uid)

    await right(ingest.enqueueWaiting)
    const { items } = await right(jobs.list({ state: 'waiting', kind: 'exports', media: null }, 9, null))
    expect(
      items.flatMap(({ media, durationSeconds, uid }) =>
        uid === waiting ? [] : [[media.uid, durationSeconds]],
      ),
    ).to.have.deep.members([
      [picture, null],
      [film.uid, 12],
    ])
    await right(ingest.enqueueWaiting)
    expect((await right(jobs.list({ state: null, kind: null, media: null }, 9, null))).items).to.have.length(
      3,
    )
  })
})
