import { pipe, TE } from '../../fp.ts'
import type { NewLibraryFile } from '../../ports/library-repository.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import { sniffContentType } from './content-type.ts'
import type { MediaKindIngest } from './media-ingest.ts'
import { type UploadDeps, withUploads } from './uploads.ts'

type Options<F> = {
  /** Reads the columns that only this kind of file has. */
  readonly readFacts: (path: string, signal: AbortSignal) => TE.TaskEither<Refused | Unavailable, F>
  /** Adds the row. Returns `false` if the library already has the file. */
  readonly add: (file: Omit<NewLibraryFile<never>, 'uid'> & F) => TE.TaskEither<Unavailable, boolean>
}

/** Creates `register` for one kind of file. */
export const createRegister =
  <F>(deps: UploadDeps, { readFacts, add }: Options<F>): MediaKindIngest['register'] =>
  (source, isPublic, signal) =>
    pipe(
      readFacts(source.path, signal),
      TE.flatMap((facts) =>
        withUploads(deps, signal, (upload) =>
          pipe(
            upload({ path: source.path, start: 0, end: source.size }, sniffContentType(source.head), source),
            TE.flatMap((original) =>
              add({ name: source.name, original, sha512: source.sha512, isPublic, ...facts }),
            ),
          ),
        ),
      ),
    )
