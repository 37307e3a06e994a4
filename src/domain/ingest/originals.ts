import { E, pipe, TE } from '../../fp.ts'
import type { LocalFiles } from '../../ports/local-files.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import { fullRange } from '../media/bytes.ts'
import type { StoredFile } from '../media/stored-file.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../shared/errors.ts'
import type { CreatedExports, LocalCopy } from './media-ingest.ts'

type Made = TE.TaskEither<Refused | Unavailable, CreatedExports>

/** The bytes from which exports are made. */
export type Original = {
  /** Calls `make` with a local copy. */
  readonly use: (make: (copy: LocalCopy) => Made) => Made
}

/** A file that is being added. Its path may have other bytes by now. */
export type SourceOriginal = Original & {
  /** Read in its place if the source has changed. */
  readonly stored: Original
}

/** The path that was added does not have the registered bytes any more, so nothing that was made of it counts. */
export const sourceChanged = unavailable('source file')('it changed while its exports were made')

/** A refusal of a file that was replaced or cut while it was read says nothing of the bytes before. */
export const fileChanged = refused('the file changed while it was read: add it again once it is complete')

export const originalMissing = refused(
  'its original is not in the object store any more: the exports that it has stay as they are',
)

type Deps = { readonly files: LocalFiles; readonly store: ObjectStore }

export const createOriginals = ({ files, store }: Deps) => {
  /** Exports of wrong bytes would replace good ones, which may be all that is left of a file. */
  const verifyDownload = (
    path: string,
    { key, size, sha256 }: StoredFile,
  ): TE.TaskEither<Unavailable, unknown> =>
    pipe(
      files.digest({ path, start: 0, end: size }),
      TE.filterOrElse(
        (actual) => actual.size === size && actual.sha256 === sha256,
        () => unavailable('object store')('these are other bytes'),
      ),
      TE.mapLeft(({ cause }) =>
        unavailable('object store')(`${key} does not come back as it was stored: ${cause}`),
      ),
    )

  /** Downloads and verifies the original from the object store. */
  const stored = (original: StoredFile, missing: Refused | Unavailable): Original => ({
    use: (make) =>
      files.withScratch((folder) =>
        pipe(
          store.read(original.key, fullRange(original.size)),
          TE.flatMapEither(E.fromOption(() => missing)),
          TE.flatMap((bytes) => files.write(`${folder}/original`, bytes)),
          TE.flatMap(() => verifyDownload(`${folder}/original`, original)),
          // The scratch folder is private.
          TE.flatMap(() => make({ path: `${folder}/original`, verify: TE.right(undefined) })),
        ),
      ),
  })

  /** Reads the file at the path that was added. Fails with `sourceChanged` if that has other bytes by then. */
  const source = (path: string, original: StoredFile): SourceOriginal => {
    const verify = (usable: string): TE.TaskEither<Unavailable, void> =>
      pipe(
        files.hasBytes(usable, original),
        TE.flatMapEither((isSame) => (isSame ? E.right(undefined) : E.left(sourceChanged))),
      )

    const makeOf =
      (make: (copy: LocalCopy) => Made, copy: LocalCopy): Made =>
      async () => {
        const made = await make(copy)()
        if (E.isRight(made)) return made
        const verified = await copy.verify()
        return E.isLeft(verified) ? verified : made
      }

    return {
      use: (make) =>
        pipe(
          files.withUsablePath(path, (usable) =>
            TE.fromTask(makeOf(make, { path: usable, verify: verify(usable) })),
          ),
          TE.mapLeft(() => sourceChanged),
          TE.flatMapEither((made) => made),
        ),
      stored: stored(original, unavailable('object store')(`${original.key} is missing`)),
    }
  }

  return { stored, source }
}
