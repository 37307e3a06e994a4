import { expect } from 'chai'
import type { Revocations } from '../../src/ports/revocations.ts'
import type { DeletionMode, Trash } from '../../src/ports/trash.ts'
import { aNewContentExport, aNewFileJob, aNewImageExport } from './builders.ts'
import { right } from './expect-right.ts'
import { createMediaScene, type MediaSubject } from './media-scene.ts'

/** The repositories of one library with a trash. */
export type TrashSubject = MediaSubject & {
  readonly trash: Trash
  readonly revocations: Revocations
  /** Lets time pass for what is in the trash (seconds). */
  readonly advance: (seconds: number) => Promise<void>
}

/** How long files stay in the trash (seconds). */
export const week = 604_800

/** Adds, deletes and restores files of the library that `subject` returns. */
export const createTrashScene = (subject: () => TrashSubject) => {
  const scene = createMediaScene(subject)
  return {
    ...scene,
    addReadyImage: async () => {
      const exported = aNewImageExport()
      const file = await scene.addImage({ isPublic: true })
      await right(subject().imageFiles.addExports(file.uid, [exported], null))
      return { ...file, exported }
    },
    addReadyFilm: async () => {
      const exported = aNewContentExport({ durationSeconds: 12 })
      const file = await scene.addFilm()
      await right(subject().contentFiles.addExports(file.uid, [exported], null))
      return { ...file, exported, part: exported.parts[1]?.uid ?? expect.fail() }
    },
    remove: (uid: string, mode: DeletionMode = 'trash', keep = week) =>
      right(subject().trash.delete([uid], mode, keep)),
    restore: async (uid: string) => (await right(subject().trash.restore(uid, aNewFileJob()))).result,
    jobsOf: async (uid: string) =>
      (await right(subject().jobs.list({ state: null, kind: null, media: uid }, 10, null))).items,
  }
}
