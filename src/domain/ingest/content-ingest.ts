import { E, O, pipe, TE } from '../../fp.ts'
import type { ContentFileRepository, KnownContentFile } from '../../ports/content-file-repository.ts'
import type { SourceFile } from '../../ports/local-files.ts'
import type { Transcoded, Transcoder } from '../../ports/transcoder.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import type { ContentFileUid } from '../shared/ids.ts'
import { createExportStore } from './export-store.ts'
import {
  type FileState,
  type LibraryFile,
  type MadeExports,
  type MediaIngest,
  type OnProgress,
  stopped,
} from './media-ingest.ts'
import { planMedia } from './media-ladder.ts'
import type { MediaPlan } from './media-plan.ts'
import { type UploadDeps, withUploads } from './uploads.ts'

type Deps = UploadDeps & { readonly contentFiles: ContentFileRepository; readonly transcoder: Transcoder }

/** How a sound or film gets into the library, and its exports made. */
export const createContentIngest = (deps: Deps): MediaIngest => {
  const { files, newUid, contentFiles, transcoder } = deps
  const storeExports = createExportStore(newUid)

  const register = (source: SourceFile, signal: AbortSignal): TE.TaskEither<Refused | Unavailable, boolean> =>
    pipe(
      transcoder.probe(source.path, signal),
      TE.flatMap(({ durationSeconds }) =>
        withUploads(
          deps,
          (upload) =>
            pipe(
              upload({ path: source.path, start: 0, end: source.size }, 'application/octet-stream'),
              TE.flatMap((original) =>
                contentFiles.add({
                  uid: newUid.contentFile(),
                  name: source.name,
                  original,
                  sha512: source.sha512,
                  durationSeconds: durationSeconds ?? 0,
                }),
              ),
            ),
          signal,
        ),
      ),
    )

  const store = (
    uid: ContentFileUid,
    made: Transcoded,
    plan: MediaPlan,
    signal: AbortSignal,
  ): TE.TaskEither<Unavailable, boolean> =>
    withUploads(deps, (upload) =>
      pipe(
        storeExports(
          (slice, contentType) => (signal.aborted ? TE.left(stopped) : upload(slice, contentType)),
          made,
          plan,
        ),
        TE.flatMap((exports) => contentFiles.addExports(uid, exports)),
      ),
    )

  const makeExports = (
    uid: ContentFileUid,
    path: string,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): TE.TaskEither<Refused | Unavailable, MadeExports> =>
    files.withScratch((folder) => async () => {
      const facts = await transcoder.probe(path, signal)()
      if (E.isLeft(facts)) return facts
      const plan = planMedia(facts.right)
      const made = await transcoder.transcode(path, facts.right, plan, folder, onProgress, signal)()
      if (E.isLeft(made)) return made
      const stored = await store(uid, made.right, plan, signal)()
      if (E.isLeft(stored)) return stored
      return E.right({ isAdded: stored.right, warnings: made.right.warnings })
    })

  const stateOf = (uid: ContentFileUid): TE.TaskEither<Unavailable, FileState> =>
    pipe(
      contentFiles.find(uid),
      TE.map(
        O.match(
          (): FileState => 'gone',
          ({ exports }): FileState => (exports.length > 0 ? 'finished' : 'unfinished'),
        ),
      ),
    )

  const inLibrary = ({ uid, original, exportCount }: KnownContentFile): LibraryFile => ({
    kind: 'content',
    uid,
    original,
    isFinished: exportCount > 0,
    state: stateOf(uid),
    makeExports: (path, onProgress, signal) => makeExports(uid, path, onProgress, signal),
    removeUnfinished: contentFiles.removeUnfinished(uid),
  })

  return {
    find: (sha512) => pipe(contentFiles.findByOriginal(sha512), TE.map(O.map(inLibrary))),
    register,
    listUnfinished: pipe(
      contentFiles.listUnfinished,
      TE.map((known) => known.map(inLibrary)),
    ),
  }
}
