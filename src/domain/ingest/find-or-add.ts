import { E, O, pipe, TE } from '../../fp.ts'
import type { LocalFiles, SourceFile } from '../../ports/local-files.ts'
import type { Trash } from '../../ports/trash.ts'
import {
  type Conflict,
  type NotFound,
  type Refused,
  refused,
  type Unavailable,
  unavailable,
} from '../shared/errors.ts'
import type { FileToRegister, LibraryFile, MediaKindIngest } from './media-ingest.ts'
import { fileChangedRefusal } from './originals.ts'

type Outcome<A> = TE.TaskEither<Refused | Unavailable, A>

/** `isNew`: this call added the file. `isRestored`: it was in the trash. */
type FoundFile = { readonly file: LibraryFile; readonly isNew: boolean; readonly isRestored: boolean }

export type FindOrAddDeps = {
  readonly files: Pick<LocalFiles, 'hasBytes'>
  readonly trash: Pick<Trash, 'findTwin'>
  /** Takes a file out of the trash, unless it was taken down. */
  readonly restore: (uid: string) => TE.TaskEither<NotFound | Conflict | Unavailable, unknown>
}

/** The refusal of bytes that were taken down. */
export const takenDownRefusal = refused('these bytes were taken down, so they are not accepted again')

/** Creates the functions that find a file by its SHA-512, restore it, or register it. */
export const createFindOrAdd = ({ files, trash, restore }: FindOrAddDeps) => {
  /**
   * Registers the file. If registering fails and the file has changed since it was inspected, the failure is
   * `fileChangedRefusal`: the store refuses changed bytes, and a decoder that reads them may report any error.
   */
  const registerUnchanged =
    (
      ingest: MediaKindIngest,
      source: SourceFile,
      file: FileToRegister,
      signal: AbortSignal,
    ): Outcome<boolean> =>
    async () => {
      const registered = await ingest.register(source, file, signal)()
      if (E.isRight(registered) || signal.aborted) return registered
      const isUnchanged = await files.hasBytes(source.path, source)()
      return E.isRight(isUnchanged) && isUnchanged.right ? registered : E.left(fileChangedRefusal)
    }

  /** Restores a deleted file with these bytes. Returns whether there was one. Fails with Refused if it was taken down. */
  const restoreTwin = ({ sha512 }: Pick<SourceFile, 'sha512'>): Outcome<boolean> =>
    pipe(
      trash.findTwin(sha512),
      TE.flatMap((twin): Outcome<boolean> => {
        if (O.isNone(twin)) return TE.right(false)
        if (twin.value.isTakenDown) return TE.left(takenDownRefusal)
        return pipe(
          restore(twin.value.uid),
          TE.map(() => true),
          // It was restored, taken down or purged meanwhile. Bytes that were taken down are refused when they are added.
          TE.orElse((error) => (error._tag === 'Unavailable' ? TE.left(error) : TE.right(false))),
        )
      }),
    )

  const findAdded = (ingest: MediaKindIngest, source: SourceFile): Outcome<LibraryFile> =>
    pipe(
      ingest.find(source.sha512),
      TE.flatMap(
        O.match(
          // Perhaps its bytes were taken down while it was added.
          () =>
            pipe(
              restoreTwin(source),
              TE.flatMap(() => TE.left(unavailable('database')(`${source.name} is gone again`))),
            ),
          (added): Outcome<LibraryFile> => TE.right(added),
        ),
      ),
    )

  /** Finds the file with these bytes, also in the trash, which it then leaves. */
  const find = (
    ingest: MediaKindIngest,
    sha512: string,
  ): Outcome<O.Option<Pick<FoundFile, 'file' | 'isRestored'>>> =>
    pipe(
      restoreTwin({ sha512 }),
      TE.flatMap((isRestored) => pipe(ingest.find(sha512), TE.map(O.map((file) => ({ file, isRestored }))))),
    )

  const findOrAdd = (
    ingest: MediaKindIngest,
    source: SourceFile,
    toRegister: FileToRegister,
    signal: AbortSignal,
  ): Outcome<FoundFile> =>
    pipe(
      restoreTwin(source),
      TE.bindTo('isRestored'),
      TE.bind('found', (): Outcome<O.Option<LibraryFile>> => ingest.find(source.sha512)),
      TE.bind(
        'file',
        ({ found }): Outcome<LibraryFile> =>
          O.isSome(found)
            ? TE.right(found.value)
            : pipe(
                registerUnchanged(ingest, source, toRegister, signal),
                TE.flatMap(() => findAdded(ingest, source)),
              ),
      ),
      TE.map(({ file, found, isRestored }) => ({ file, isNew: O.isNone(found), isRestored })),
    )

  return { find, findOrAdd }
}
