import { E, pipe, TE } from '../../fp.ts'
import type { LocalFiles } from '../../ports/local-files.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import { fullRange } from '../media/bytes.ts'
import type { StoredFile } from '../media/stored-file.ts'
import {
  type Refused,
  refused,
  type Unavailable,
  unavailable,
  unavailableForInput,
} from '../shared/errors.ts'
import type { CreatedExports, LocalCopy } from './media-ingest.ts'

type MakeResult = TE.TaskEither<Refused | Unavailable, CreatedExports>

/** The original bytes of a file, from which its exports are made. */
export type Original = {
  /** Calls `make` with a local copy of the bytes. */
  readonly use: (make: (copy: LocalCopy) => MakeResult) => MakeResult
}

/**
 * The original of a file that is being added. The file at the added path may have changed since it was
 * registered.
 */
export type SourceOriginal = Original & {
  /** The stored original, which is read instead if the source has changed. */
  readonly stored: Original
}

/**
 * The file at the added path no longer has the registered bytes, so all exports that were made from it are
 * discarded.
 */
export const sourceChangedFailure = unavailable('source file')('it changed while its exports were made')

/**
 * The file was replaced or truncated while it was read. It is not known which bytes the decoder refused, so
 * the user is asked to add the file again.
 */
export const fileChangedRefusal = refused(
  'the file changed while it was read: add it again once it is complete',
)

/**
 * The stored bytes of an original are missing or damaged. A later attempt may succeed, but not any number of
 * attempts, unlike when the object store is down.
 */
const storedOriginalFailure = unavailableForInput('stored original')

export const missingForNowFailure = ({ key }: StoredFile): Unavailable =>
  storedOriginalFailure(`${key} is missing`)

export const originalMissingRefusal = refused(
  'its original is no longer in the object store: its existing exports stay as they are',
)

type Deps = { readonly files: LocalFiles; readonly store: ObjectStore }

export const createOriginals = ({ files, store }: Deps) => {
  /**
   * Verifies the downloaded bytes. Without this check, exports of wrong bytes could replace good exports,
   * which may be the only good copy of a file.
   */
  const verifyDownload = (
    path: string,
    { key, size, sha256 }: StoredFile,
  ): TE.TaskEither<Unavailable, unknown> =>
    pipe(
      files.digest({ path, start: 0, end: size }),
      TE.filterOrElse(
        (actual) => actual.size === size && actual.sha256 === sha256,
        () => storedOriginalFailure('these are other bytes'),
      ),
      TE.mapLeft((failure) =>
        failure.isInputSuspected
          ? storedOriginalFailure(`${key} does not come back as it was stored: ${failure.cause}`)
          : failure,
      ),
    )

  /**
   * Creates an Original that `use` downloads from the object store and verifies. `use` fails with `missing` if
   * the object does not exist.
   */
  const stored = (original: StoredFile, missing: Refused | Unavailable): Original => ({
    use: (make) =>
      files.withScratch((folder) =>
        pipe(
          store.read(original.key, fullRange(original.size)),
          TE.flatMapEither(E.fromOption(() => missing)),
          TE.flatMap((bytes) => files.write(`${folder}/original`, bytes)),
          TE.flatMap(() => verifyDownload(`${folder}/original`, original)),
          // The scratch folder is private to this process, so these bytes cannot change, and `verify` always
          // succeeds.
          TE.flatMap(() => make({ path: `${folder}/original`, verify: TE.right(undefined) })),
        ),
      ),
  })

  /** Uses the file at the added path. Fails with `sourceChangedFailure` if its bytes have changed. */
  const source = (path: string, original: StoredFile): SourceOriginal => {
    const verify = (usable: string): TE.TaskEither<Unavailable, void> =>
      pipe(
        files.hasBytes(usable, original),
        TE.flatMapEither((isSame) => (isSame ? E.right(undefined) : E.left(sourceChangedFailure))),
      )

    const makeAndVerify =
      (make: (copy: LocalCopy) => MakeResult, copy: LocalCopy): MakeResult =>
      async () => {
        const result = await make(copy)()
        if (E.isRight(result)) return result
        const verified = await copy.verify()
        return E.isLeft(verified) ? verified : result
      }

    return {
      use: (make) =>
        pipe(
          files.withUsablePath(path, (usable) =>
            TE.fromTask(makeAndVerify(make, { path: usable, verify: verify(usable) })),
          ),
          TE.mapLeft(() => sourceChangedFailure),
          TE.flatMapEither((result) => result),
        ),
      stored: stored(original, missingForNowFailure(original)),
    }
  }

  return { stored, source }
}
