import { E, O, pipe, TE } from '../../fp.ts'
import type { Sleep } from '../../ports/sleep.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import type { IngestService, LibraryFileId } from './ingest-service.ts'
import type { OnProgress } from './media-ingest.ts'
import { retryWhileBusy } from './retry-while-busy.ts'

type AddedFile = LibraryFileId & {
  /** Warnings for the person who added the file, one line each. */
  readonly warnings: ReadonlyArray<string>
}

export type AddOptions = {
  /** Whether every caller may see the file. May be `true` for images only. */
  readonly isPublic: boolean
  /** Called as soon as the file has a uid. */
  readonly onRegistered: (file: LibraryFileId) => void
  readonly onProgress: OnProgress
  /** Called once if another process is adding the same bytes, or is making their exports. */
  readonly onWaiting?: () => void
  readonly signal?: AbortSignal
}

type Deps = {
  readonly ingest: Pick<IngestService, 'register' | 'makeExports'>
  readonly sleep: Sleep
}

const outdatedWarning =
  'its exports were made by an older recipe: `larder remake --outdated` makes them again'

const madeElsewhereWarning = 'its exports exist already: another process, or an earlier attempt, made them'

/** Returns a function that calls `call` at most once. */
const once = (call: () => void) => {
  let called = false
  return () => {
    if (!called) call()
    called = true
  }
}

/**
 * Registers a file of this machine and makes its exports. If another process is already making them, waits
 * for that process instead. If the file is refused, its original and its row are removed again.
 */
export const addFile =
  (
    { ingest, sleep }: Deps,
    path: string,
    options: AddOptions,
  ): TE.TaskEither<Refused | Unavailable, AddedFile> =>
  async () => {
    const { isPublic, onRegistered, onProgress, signal = new AbortController().signal } = options
    const onWaiting = once(options.onWaiting ?? (() => {}))
    const registered = await ingest.register(path, { isPublic, onWaiting, signal })()
    if (E.isLeft(registered)) return registered
    const { kind, uid, state } = registered.right
    onRegistered({ kind, uid })
    if (state === 'finished') return E.right({ kind, uid, warnings: [] })
    if (state === 'outdated') return E.right({ kind, uid, warnings: [outdatedWarning] })

    const make = pipe(
      ingest.makeExports({ kind, uid }, { source: path, onProgress, signal }),
      TE.map((result) => (result.state === 'busy' ? O.none : O.some(result))),
    )
    const created = await retryWhileBusy(sleep, make, { onWaiting, signal })
    if (E.isLeft(created)) return created
    return E.right({
      kind,
      uid,
      warnings: created.right.state === 'made' ? created.right.warnings : [madeElsewhereWarning],
    })
  }
