import { AssertionError } from 'chai'
import { O } from '../../src/fp.ts'
import type { ContentFileRepository } from '../../src/ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../src/ports/image-file-repository.ts'
import type { JobQueue } from '../../src/ports/job-queue.ts'
import type { MediaRepository } from '../../src/ports/media-repository.ts'
import { aNewContentFile, aNewFileJob, aNewImageFile } from './builders.ts'
import { right } from './expect-right.ts'

/** The repositories of one library. */
export type MediaSubject = {
  readonly media: MediaRepository
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly jobs: JobQueue
}

/** Adds files to the library that `subject` returns, and finds them. */
export const createMediaScene = (subject: () => MediaSubject) => ({
  addImage: async (facts: Parameters<typeof aNewImageFile>[0] = {}) => {
    const file = aNewImageFile(facts)
    await right(subject().imageFiles.add(file, aNewFileJob()))
    return file
  },
  addFilm: async (facts: Parameters<typeof aNewContentFile>[0] = {}) => {
    const file = aNewContentFile(facts)
    await right(subject().contentFiles.add(file, aNewFileJob()))
    return file
  },
  find: async (uid: string) => {
    const found = O.toNullable(await right(subject().media.find(uid)))
    if (found === null) throw new AssertionError(`there is no ${uid}`)
    return found
  },
})
