import { join } from 'node:path'
import type { Unavailable } from '../domain/shared/errors.ts'
import { pipe, TE } from '../fp.ts'
import type { LocalFiles } from '../ports/local-files.ts'
import type { AddSource } from './add-sources.ts'

/** Runs `work` with the path of a source. What is no file of this machine becomes one for that time. */
export const withSourcePath = <L, A>(
  files: Pick<LocalFiles, 'withScratch' | 'write'>,
  source: AddSource,
  work: (path: string) => TE.TaskEither<L, A>,
): TE.TaskEither<L | Unavailable, A> => {
  if (source.kind === 'file') return work(source.path)
  return files.withScratch((folder) => {
    const path = join(folder, source.name)
    return pipe(
      files.write(path, process.stdin),
      TE.flatMap((): TE.TaskEither<L | Unavailable, A> => work(path)),
    )
  })
}
