import { E, O, pipe, TE } from '../../fp.ts'
import type { ContentFileRepository, KnownContentFile } from '../../ports/content-file-repository.ts'
import type { SourceFile } from '../../ports/local-files.ts'
import type { Transcoded, Transcoder } from '../../ports/transcoder.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import type { ContentFileUid } from '../shared/ids.ts'
import { createExportStore } from './export-store.ts'
import type { LibraryFile, MediaIngest, OnProgress } from './media-ingest.ts'
import { planMedia } from './media-ladder.ts'
import type { MediaPlan } from './media-plan.ts'
import { type UploadDeps, withUploads } from './uploads.ts'

type Deps = UploadDeps & { readonly contentFiles: ContentFileRepository; readonly transcoder: Transcoder }

/** How a sound or film gets into the library, and its exports made. */
export const createContentIngest = (deps: Deps): MediaIngest => {
  const { files, newUid, contentFiles, transcoder } = deps
  const storeExports = createExportStore(newUid)

  const register = (source: SourceFile): TE.TaskEither<Refused | Unavailable, boolean> =>
    pipe(
      transcoder.probe(source.path),
      TE.flatMap(({ durationSeconds }) =>
        withUploads(deps, (upload) =>
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
        ),
      ),
    )

  const store = (
    uid: ContentFileUid,
    made: Transcoded,
    plan: MediaPlan,
  ): TE.TaskEither<Unavailable, boolean> =>
    withUploads(deps, (upload) =>
      pipe(
        storeExports(upload, made, plan),
        TE.flatMap((exports) => contentFiles.addExports(uid, exports)),
      ),
    )

  const makeExports = (
    uid: ContentFileUid,
    path: string,
    onProgress: OnProgress,
  ): TE.TaskEither<Refused | Unavailable, ReadonlyArray<string>> =>
    files.withScratch((folder) => async () => {
      const facts = await transcoder.probe(path)()
      if (E.isLeft(facts)) return facts
      const plan = planMedia(facts.right)
      const made = await transcoder.transcode(path, facts.right, plan, folder, onProgress)()
      if (E.isLeft(made)) return made
      const stored = await store(uid, made.right, plan)()
      return E.isLeft(stored) ? stored : E.right(made.right.warnings)
    })

  const inLibrary = ({ uid, original, exportCount }: KnownContentFile): LibraryFile => ({
    kind: 'content',
    uid,
    original,
    isFinished: exportCount > 0,
    makeExports: (path, onProgress) => makeExports(uid, path, onProgress),
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
