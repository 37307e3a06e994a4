import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import type { Adapters } from '../../src/composition/larder.ts'
import { addFile } from '../../src/domain/ingest/add-file.ts'
import { recipeVersions } from '../../src/domain/ingest/recipe-versions.ts'
import type { ImageFileUid } from '../../src/domain/media/ids.ts'
import { right } from './expect-right.ts'
import { fakeImages } from './fake-images.ts'
import { createMemoryLarder, createStandingClock } from './memory-larder.ts'

/** Creates a library in memory to which the previous release added the picture. */
export const createLibraryWithOldPicture = async (picture: string) => {
  const { clock, advance } = createStandingClock()
  const larder = await createMemoryLarder({
    clock,
    images: fakeImages,
    store: createMemoryObjectStore(clock),
  })
  const { imageFiles } = larder
  const original = { ...larder.imageFiles }
  const ageing: Adapters['imageFiles'] = {
    ...original,
    addExports: (uid, exports, completion) =>
      original.addExports(
        uid,
        exports.map((made) => ({ ...made, recipe: recipeVersions.image - 1 })),
        completion,
      ),
  }
  const before = await createMemoryLarder({ ...larder, imageFiles: ageing })
  const { uid } = await right(
    addFile(before, picture, { isPublic: false, onRegistered: () => {}, onProgress: () => {} }),
  )
  const old = await right(imageFiles.listExports(uid as ImageFileUid))
  return { larder, uid: uid as ImageFileUid, old, advance }
}
