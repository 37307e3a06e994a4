import { E, pipe, TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { SourceFile } from '../../ports/local-files.ts'
import type { Log } from '../../ports/log.ts'
import type { Transcoded, Transcoder } from '../../ports/transcoder.ts'
import { describeViolations, type Violation } from '../examiner/violation.ts'
import type { NewContentExport } from '../media/content-export.ts'
import type { ContentFileUid } from '../media/ids.ts'
import { type Refused, refused, type Unavailable } from '../shared/errors.ts'
import { examineMade, examineStored } from './examine-made.ts'
import { createExportStore } from './export-store.ts'
import { forgetAfter } from './forget-after.ts'
import { createLibraryFiles } from './library-files.ts'
import {
  ingestStopped,
  type MadeExports,
  type MediaIngest,
  type OnProgress,
  type Publication,
} from './media-ingest.ts'
import { planMedia } from './plan/media-ladder.ts'
import type { MediaFacts, MediaPlan } from './plan/media-plan.ts'
import { hasLostSound, withoutSound } from './plan/silent-film.ts'
import { type UploadDeps, withUploads } from './uploads.ts'

type Deps = UploadDeps & {
  readonly contentFiles: ContentFileRepository
  readonly transcoder: Transcoder
  readonly cache: CachePort
  readonly log: Log
}

/** How a sound or film gets into the library, and its exports made. */
export const createContentIngest = (deps: Deps): MediaIngest => {
  const { files, newUid, contentFiles, transcoder, cache, log } = deps
  const storeExports = createExportStore(newUid)

  const register = (source: SourceFile, signal: AbortSignal): TE.TaskEither<Refused | Unavailable, boolean> =>
    pipe(
      transcoder.probe(source.path, signal),
      TE.flatMap(({ durationSeconds }) =>
        withUploads(
          deps,
          (upload) =>
            pipe(
              upload({ path: source.path, start: 0, end: source.size }, 'application/octet-stream', source),
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

  const publish = (
    uid: ContentFileUid,
    exports: ReadonlyArray<NewContentExport>,
    publication: Publication,
  ): TE.TaskEither<Unavailable, boolean> => {
    if (publication === 'first') return contentFiles.addExports(uid, exports)
    const { webPlaylist, mobilePlaylist, dashManifest } = cacheKeys
    const lists = [webPlaylist({ uid }), mobilePlaylist({ uid }), dashManifest({ uid })]
    return forgetAfter(cache, lists, contentFiles.replaceExports(uid, exports))
  }

  /** What is not fit to be published never is. That is our fault, and not the file's, so that operators are told, too. */
  const unlessUnfit = (
    uid: ContentFileUid,
    violations: ReadonlyArray<Violation>,
  ): E.Either<Refused, void> => {
    if (violations.length === 0) return E.right(undefined)
    log.error('examiner.refused', {
      uid,
      violations: violations.map(({ rule, message }) => `${rule}: ${message}`),
    })
    return E.left(refused(describeViolations(violations)))
  }

  const store = (
    uid: ContentFileUid,
    made: Transcoded,
    plan: MediaPlan,
    publication: Publication,
    signal: AbortSignal,
  ): TE.TaskEither<Refused | Unavailable, boolean> =>
    withUploads<Refused | Unavailable>(deps, (upload) =>
      pipe(
        storeExports(
          (slice, contentType) => (signal.aborted ? TE.left(ingestStopped) : upload(slice, contentType)),
          made,
          plan,
        ),
        TE.flatMapEither((exports) =>
          pipe(
            unlessUnfit(uid, examineStored(made, exports)),
            E.map(() => exports),
          ),
        ),
        TE.flatMap((exports) => publish(uid, exports, publication)),
      ),
    )

  const makeExports = (
    uid: ContentFileUid,
    path: string,
    publication: Publication,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): TE.TaskEither<Refused | Unavailable, MadeExports> => {
    const makeOf = (facts: MediaFacts): TE.TaskEither<Refused | Unavailable, MadeExports> =>
      pipe(
        files.withScratch((folder) => makeIn(folder, facts)),
        // The ladder of a film without sound is another one.
        TE.flatMap((made) => ('isAdded' in made ? TE.right(made) : makeOf(made))),
      )

    /** Gives the facts to begin anew by where all sound of a film turns out undecodable. */
    const makeIn =
      (folder: string, facts: MediaFacts): TE.TaskEither<Refused | Unavailable, MadeExports | MediaFacts> =>
      async () => {
        const plan = planMedia(facts)
        const made = await transcoder.transcode(path, facts, plan, folder, onProgress, signal)()
        if (E.isLeft(made)) return made
        const { warnings } = made.right
        if (hasLostSound(plan, made.right)) return E.right(withoutSound(facts, warnings))
        const fit = unlessUnfit(uid, examineMade(made.right, plan))
        if (E.isLeft(fit)) return fit
        const stored = await store(uid, made.right, plan, publication, signal)()
        if (E.isLeft(stored)) return stored
        return E.right({ isAdded: stored.right, warnings: [...new Set(warnings)] })
      }

    return pipe(transcoder.probe(path, signal), TE.flatMap(makeOf))
  }

  return { register, ...createLibraryFiles({ kind: 'content', repository: contentFiles, makeExports }) }
}
