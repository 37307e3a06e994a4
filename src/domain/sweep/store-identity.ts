import { E, O } from '../../fp.ts'
import type { NewObject, ObjectStore } from '../../ports/object-store.ts'
import type { StoredFileRepository } from '../../ports/stored-file-repository.ts'
import type { Unavailable } from '../shared/errors.ts'
import { failureThrown } from '../shared/stream-failure.ts'
import { libraryKey } from './sweep-rules.ts'

/** Longer than any uid of a library. */
const most = 200

export const textObject = async (text: string): Promise<NewObject> => {
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

/** The text of an object; `none` when it is not there. */
const readText = async (
  store: ObjectStore,
  key: string,
): Promise<E.Either<Unavailable, O.Option<string>>> => {
  const found = await store.read(key, { start: 0, end: most })()
  if (E.isLeft(found)) return found
  if (O.isNone(found.right)) return E.right(O.none)
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const bytes of found.right.value) text += decoder.decode(bytes, { stream: true })
  } catch (cause) {
    const failure = failureThrown(cause)
    return E.left(
      failure._tag === 'Unavailable'
        ? failure
        : { _tag: 'Unavailable', dependency: 'object store', cause: failure.what },
    )
  }
  return E.right(O.some(text.trim()))
}

export type StoreIdentity =
  | { readonly isOurs: true }
  /** The store says that it belongs to `other`. */
  | { readonly isOurs: false; readonly other: string; readonly ours: string }

/** Whose store it is. One that says nothing is new, and is marked as this library's. */
export const identifyStore = async (
  store: ObjectStore,
  { libraryUid }: StoredFileRepository,
): Promise<E.Either<Unavailable, StoreIdentity>> => {
  const ours = await libraryUid()
  if (E.isLeft(ours)) return ours
  const named = await readText(store, libraryKey)
  if (E.isLeft(named)) return named
  if (O.isNone(named.right)) {
    const written = await store.put(libraryKey, await textObject(ours.right))()
    return E.isLeft(written) ? written : E.right({ isOurs: true })
  }
  const other = named.right.value
  return E.right(other === ours.right ? { isOurs: true } : { isOurs: false, other, ours: ours.right })
}
