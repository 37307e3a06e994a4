import { pipe, TE } from '../../fp.ts'
import type { NewLibraryFile } from '../../ports/library-repository.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import { sniffContentType } from './content-type.ts'
import type { FileToRegister, MediaKindIngest } from './media-ingest.ts'
import { type UploadDeps, withUploads } from './uploads.ts'

type Options<F> = {
  /** The columns that only this kind of file has, of an upload that cannot be decoded. */
  readonly unreadable: F
  /** Reads these columns. */
  readonly readFacts: (path: string, signal: AbortSignal) => TE.TaskEither<Refused | Unavailable, F>
  /** Adds the row. Returns `false` if the library already has the file. */
  readonly add: (
    file: Omit<NewLibraryFile<never>, 'uid'> & F,
    received: FileToRegister['received'],
  ) => TE.TaskEither<Unavailable, boolean>
}

/** A suspected input gets the limited attempts of a job: an upload would be tried for ever. */
const isByInput = (error: Refused | Unavailable, isOverdue: boolean): boolean =>
  error._tag === 'Refused' || (isOverdue && error.isInputSuspected === true)

/** Creates `register` for one kind of file. */
export const createRegister =
  <F>(deps: UploadDeps, { unreadable, readFacts, add }: Options<F>): MediaKindIngest['register'] =>
  (source, { isPublic, title, received }, signal) =>
    pipe(
      readFacts(source.path, signal),
      TE.orElse((error) =>
        received !== undefined && isByInput(error, received.isOverdue)
          ? TE.right(unreadable)
          : TE.left(error),
      ),
      TE.flatMap((facts) =>
        withUploads(deps, signal, (upload) =>
          pipe(
            upload({ path: source.path, start: 0, end: source.size }, sniffContentType(source.head), source),
            TE.flatMap((original) =>
              add(
                {
                  name: source.name,
                  original,
                  sha512: source.sha512,
                  isPublic,
                  ...facts,
                  ...(title !== undefined && { details: { title, alt: null, metadata: {} } }),
                  ...(received && { details: received.details, upload: received.upload }),
                },
                received,
              ),
            ),
          ),
        ),
      ),
    )
