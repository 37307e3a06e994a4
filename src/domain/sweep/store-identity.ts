import { E, O } from '../../fp.ts'
import type { NewObject, ObjectStore } from '../../ports/object-store.ts'
import type { StoredFileRepository } from '../../ports/stored-file-repository.ts'
import { isStoredFileKey, storedFilesFolder } from '../media/stored-file-key.ts'
import type { Unavailable } from '../shared/errors.ts'
import { toUnavailable } from './store-failure.ts'
import { isStoreProven, libraryMarkKey, storeSampleSize } from './sweep-rules.ts'

/** Maximum number of bytes that are read of a text object, more than any library uid has. */
const maxTextBytes = 200

export const createTextObject = async (text: string): Promise<NewObject> => {
  const bytes = new TextEncoder().encode(text)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return {
    contentType: 'text/plain',
    size: bytes.length,
    sha256: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    open: async function* () {
      yield bytes
    },
  }
}

/** Returns the text of an object; `none` if it does not exist. */
const readText = async (
  store: ObjectStore,
  key: string,
): Promise<E.Either<Unavailable, O.Option<string>>> => {
  const content = await store.read(key, { start: 0, end: maxTextBytes })()
  if (E.isLeft(content)) return content
  if (O.isNone(content.right)) return E.right(O.none)
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const bytes of content.right.value) text += decoder.decode(bytes, { stream: true })
  } catch (cause) {
    return E.left(toUnavailable(cause))
  }
  return E.right(O.some(text.trim()))
}

type StoreIdentity =
  | { readonly owner: 'ours' }
  /**
   * The store has no mark (an object with a library uid), but its objects belong to this database, or it is
   * empty.
   */
  | { readonly owner: 'unmarked'; readonly ours: string }
  /**
   * The store has no mark (an object with a library uid), and too few of the sampled objects (`looked`) are
   * in this database (`named`).
   */
  | { readonly owner: 'unproven'; readonly ours: string; readonly looked: number; readonly named: number }
  /** The mark in the store contains the uid `other` of another library. */
  | { readonly owner: 'foreign'; readonly other: string; readonly ours: string }

type Deps = { readonly store: ObjectStore; readonly storedFiles: StoredFileRepository }

/**
 * Determines to which library the store belongs: by its mark, or if there is none, by a sample of its
 * objects. Writes nothing.
 */
export const identifyStore = async ({
  store,
  storedFiles,
}: Deps): Promise<E.Either<Unavailable, StoreIdentity>> => {
  const uid = await storedFiles.libraryUid()
  if (E.isLeft(uid)) return uid
  const ours = uid.right
  const marked = await readText(store, libraryMarkKey)
  if (E.isLeft(marked)) return marked
  if (O.isSome(marked.right)) {
    const other = marked.right.value
    return E.right(other === ours ? { owner: 'ours' } : { owner: 'foreign', other, ours })
  }
  const sample = await sampleKeys(store)
  if (E.isLeft(sample)) return sample
  const referenced = await storedFiles.filterReferencedKeys(sample.right)()
  if (E.isLeft(referenced)) return referenced
  const counts = { looked: sample.right.length, named: referenced.right.size }
  return E.right(
    isStoreProven(counts)
      ? { owner: 'unmarked', ours }
      : Object.assign({ owner: 'unproven' as const, ours }, counts),
  )
}

/** Marks the store, which has no mark yet, as the store of this library. */
export const writeLibraryMark = async (
  { store }: Pick<Deps, 'store'>,
  ours: string,
): Promise<E.Either<Unavailable, void>> => store.put(libraryMarkKey, await createTextObject(ours))()

/**
 * Returns the first keys that have the form of Larder's keys. Keys end in random characters, so the first
 * keys are a random sample.
 */
const sampleKeys = async (store: ObjectStore): Promise<E.Either<Unavailable, ReadonlyArray<string>>> => {
  const keys: string[] = []
  try {
    for await (const { key } of store.list(storedFilesFolder, null)) {
      if (isStoredFileKey(key)) keys.push(key)
      if (keys.length === storeSampleSize) break
    }
    return E.right(keys)
  } catch (cause) {
    return E.left(toUnavailable(cause))
  }
}
