import { expect } from 'chai'
import fc from 'fast-check'
import { createKnexContentFileRepository } from '../../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexJobQueue } from '../../../src/adapters/knex/knex-job-queue.ts'
import { createKnexMediaRepository } from '../../../src/adapters/knex/knex-media-repository.ts'
import { createMemoryContentFileRepository } from '../../../src/adapters/memory/memory-content-file-repository.ts'
import { createMemoryImageFileRepository } from '../../../src/adapters/memory/memory-image-file-repository.ts'
import { createMemoryJobQueue } from '../../../src/adapters/memory/memory-job-queue.ts'
import { createMemoryJobs } from '../../../src/adapters/memory/memory-jobs.ts'
import { createMemoryMedia } from '../../../src/adapters/memory/memory-media.ts'
import { createMemoryMediaRepository } from '../../../src/adapters/memory/memory-media-repository.ts'
import type { MediaFilter } from '../../../src/ports/media-repository.ts'
import {
  aNewContentExport,
  aNewContentFile,
  aNewFileJob,
  aNewImageExport,
  aNewImageFile,
} from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { listAllMedia } from '../../support/media-filters.ts'
import type { MediaSubject } from '../../support/media-scene.ts'
import { withDatabase } from '../../support/postgres.ts'

/** Texts of few letters, so that searches find something. */
const text = (minLength: number, maxLength: number) =>
  fc.string({
    unit: fc.constantFrom('a', 'A', 'b', 'ä', 'Ä', '%', '_', '\\', '.', '🦊'),
    minLength,
    maxLength,
  })

const newFile = fc.record({
  isImage: fc.boolean(),
  name: text(1, 8),
  title: fc.option(text(0, 8), { nil: null }),
  isPublic: fc.boolean(),
  recipe: fc.constantFrom(null, 1, 2),
})
type NewFile = typeof newFile extends fc.Arbitrary<infer A> ? A : never

const filter: fc.Arbitrary<Partial<MediaFilter>> = fc.record({
  search: fc.option(text(3, 4), { nil: null }),
  kind: fc.constantFrom(null, 'image', 'content'),
  state: fc.constantFrom(null, 'waiting', 'ready'),
  isPublic: fc.constantFrom(null, true, false),
  isOutdated: fc.constantFrom(null, true, false),
})

const addTo = async (
  { media, imageFiles, contentFiles }: MediaSubject,
  { isImage, name, title, isPublic, recipe }: NewFile,
  both: {
    readonly image: ReturnType<typeof aNewImageFile>
    readonly film: ReturnType<typeof aNewContentFile>
  },
): Promise<void> => {
  const { image, film } = both
  if (isImage) await right(imageFiles.add({ ...image, name }, aNewFileJob()))
  else await right(contentFiles.add({ ...film, name }, aNewFileJob()))
  if (recipe !== null && isImage)
    await right(imageFiles.addExports(image.uid, [aNewImageExport({ recipe })], null))
  if (recipe !== null && !isImage)
    await right(contentFiles.addExports(film.uid, [aNewContentExport({ recipe })], null))
  await right(media.change(isImage ? image.uid : film.uid, { title, isPublic }, null))
}

describe('lists of files in memory and in PostgreSQL', () => {
  const database = withDatabase()

  it('are the same for any library and any filter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(newFile, { maxLength: 8 }),
        fc.array(filter, { minLength: 6, maxLength: 6 }),
        async (files, filters) => {
          await database.empty()
          let now = 0
          const clock = () => {
            now += 1
            return now
          }
          const jobs = createMemoryJobs(clock)
          const rows = createMemoryMedia(clock)
          const inMemory: MediaSubject = {
            media: createMemoryMediaRepository(rows, jobs),
            imageFiles: createMemoryImageFileRepository(clock, jobs, rows),
            contentFiles: createMemoryContentFileRepository(clock, jobs, rows),
            jobs: createMemoryJobQueue(jobs, clock),
          }
          const db = database.knex()
          const inPostgres: MediaSubject = {
            media: createKnexMediaRepository(db),
            imageFiles: createKnexImageFileRepository(db),
            contentFiles: createKnexContentFileRepository(db),
            jobs: createKnexJobQueue(db, 'test'),
          }
          for (const file of files) {
            const both = { image: aNewImageFile(), film: aNewContentFile() }
            await Promise.all([inMemory, inPostgres].map((subject) => addTo(subject, file, both)))
          }
          for (const each of filters) {
            const [expected, listed] = await Promise.all(
              [inMemory, inPostgres].map(async ({ media }) =>
                (await listAllMedia(media, each, 3)).map(({ uid, title, state, isPublic }) => [
                  uid,
                  title,
                  state,
                  isPublic,
                ]),
              ),
            )
            expect(listed, JSON.stringify(each)).to.deep.equal(expected)
          }
        },
      ),
      { numRuns: 12 },
    )
  })
})
