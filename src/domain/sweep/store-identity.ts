import { E, O } from '../../fp.ts'
import type { NewObject, ObjectStore } from '../../ports/object-store.ts'
import type { StoredFileRepository } from '../../ports/stored-file-repository.ts'
import { isStoredFileKey, storedFilesFolder } from '../media/stored-file-key.ts'
import type { Unavailable } from '../shared/errors.ts'
import { toUnavailable } from './store-failure.ts'
import { isStoreProven, libraryMarkKey, storeHistoryKey, storeSampleSize } from './sweep-rules.ts'

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

/** Why a sweep and the trash delete nothing from a store. */
export type StoreRefusal =
  /** The mark in the store contains the uid `other` of another library. */
  | { readonly result: 'foreign'; readonly other: string; readonly ours: string }
  /**
   * The store has no mark (an object with a library uid), and too few of the sampled objects (`looked`) are
   * in this database (`named`).
   */
  | { readonly result: 'unproven'; readonly ours: string; readonly looked: number; readonly named: number }
  /**
   * Another copy of this database has swept the store since this one did. This one is older (it was restored, or an old
   * copy was started), or both are used at the same time.
   */
  | { readonly result: 'displaced'; readonly ours: string }

/** A store that this database may sweep. */
type OwnStore = {
  readonly result: 'ours'
  readonly ours: string
  /** Whether the store has the library uid. If it has not, it is empty, or its objects belong to this database. */
  readonly isMarked: boolean
  readonly history: StoreHistory
}

type StoreHistory = {
  /** The mark of the last sweep in the store; `null` if there is none, or one of another library. */
  readonly stored: string | null
  /** The marks of the latest sweeps of this database, the newest last. */
  readonly marks: ReadonlyArray<string>
}

/**
 * A mark begins with the uid of its library. If a wrong library has swept the store, and `.library` was corrected, its
 * mark does not refuse the right one.
 */
const markPrefix = (ours: string): string => `${ours} `

type Deps = { readonly store: ObjectStore; readonly storedFiles: StoredFileRepository }

/**
 * Determines whether this database may delete from the store: to which library the store belongs, by its mark, or if
 * there is none, by a sample of its objects; and whether another copy of the database has swept it. Writes nothing.
 */
export const identifyStore = async (deps: Deps): Promise<E.Either<Unavailable, OwnStore | StoreRefusal>> => {
  const { store, storedFiles } = deps
  const uid = await storedFiles.libraryUid()
  if (E.isLeft(uid)) return uid
  const ours = uid.right
  const marked = await readText(store, libraryMarkKey)
  if (E.isLeft(marked)) return marked
  if (O.isSome(marked.right) && marked.right.value !== ours)
    return E.right({ result: 'foreign', other: marked.right.value, ours })
  if (O.isNone(marked.right)) {
    const sample = await sampleKeys(store)
    if (E.isLeft(sample)) return sample
    const referenced = await storedFiles.filterReferencedKeys(sample.right)()
    if (E.isLeft(referenced)) return referenced
    const counts = { looked: sample.right.length, named: referenced.right.size }
    if (!isStoreProven(counts)) return E.right({ result: 'unproven', ours, ...counts })
  }
  const history = await readHistory(deps, ours)
  if (E.isLeft(history)) return history
  const { stored, marks } = history.right
  return stored === null || marks.includes(stored)
    ? E.right({ result: 'ours', ours, isMarked: O.isSome(marked.right), history: history.right })
    : E.right({ result: 'displaced', ours })
}

/** The store is read first: a mark that is in it then was in the database before. */
const readHistory = async (
  { store, storedFiles }: Deps,
  ours: string,
): Promise<E.Either<Unavailable, StoreHistory>> => {
  const stored = await readText(store, storeHistoryKey)
  if (E.isLeft(stored)) return stored
  const marks = await storedFiles.storeMarks()
  if (E.isLeft(marks)) return marks
  const ofOurs = O.filter((mark: string) => mark.startsWith(markPrefix(ours)))(stored.right)
  return E.right({ stored: O.toNullable(ofOurs), marks: marks.right })
}

/**
 * Writes into the store, before anything is deleted, that this database sweeps it: the library uid if it is missing, and
 * a new mark of the history. The database has each mark first. So after a lost answer the store has the former mark or
 * this one, and the database has both. A mark that may not have reached the store is written again, instead of a further one.
 * The store is read again at the end, because another copy may have read it before this mark, and marked it after: then
 * the store is that copy's.
 */
export const claimStore = async (
  deps: Deps,
  { ours, isMarked, history: { stored, marks } }: OwnStore,
): Promise<E.Either<Unavailable, OwnStore | StoreRefusal>> => {
  if (!isMarked) {
    const written = await putText(deps, libraryMarkKey, ours)
    if (E.isLeft(written)) return written
  }
  const last = marks.at(-1)
  const claimed = await (last === undefined || last === stored
    ? adoptStore(deps, ours)
    : putText(deps, storeHistoryKey, last))
  return E.isLeft(claimed) ? claimed : identifyStore(deps)
}

/** Makes this database the one that sweeps the store, whichever copy has swept it before. */
export const adoptStore = async (deps: Deps, ours: string): Promise<E.Either<Unavailable, void>> => {
  const mark = `${markPrefix(ours)}${crypto.randomUUID()}`
  const added = await deps.storedFiles.addStoreMark(mark)()
  return E.isLeft(added) ? added : putText(deps, storeHistoryKey, mark)
}

const putText = async (
  { store }: Pick<Deps, 'store'>,
  key: string,
  text: string,
): Promise<E.Either<Unavailable, void>> => store.put(key, await createTextObject(text))()

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
