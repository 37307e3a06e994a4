import { E, pipe, TE } from '../../fp.ts'

import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { Log } from '../../ports/log.ts'
import type { TranscodeResult, Transcoder } from '../../ports/transcoder.ts'
import { invalidateAfter } from '../caching/invalidate-after.ts'
import { describeViolations, type Violation } from '../examiner/violation.ts'
import { completionOf } from '../jobs/job-outcome.ts'
import type { WorkReport } from '../jobs/work-report.ts'
import type { NewContentExport } from '../media/content-export.ts'
import type { ContentFileUid } from '../media/ids.ts'
import type { Abortable } from '../shared/abortable.ts'
import { type Refused, refused, type Unavailable } from '../shared/errors.ts'
import { examineStored, examineTranscoded } from './examine-transcoded.ts'
import { createExportStore } from './export-store.ts'
import { createLibraryFiles } from './library-files.ts'
import type { CreatedExports, LocalCopy, MediaKindIngest, Publication } from './media-ingest.ts'
import { hasLostAudio, withoutAudio } from './plan/lost-audio.ts'
import { planMedia } from './plan/media-ladder.ts'
import type { MediaFacts, MediaPlan } from './plan/media-plan.ts'
import { createRegister } from './register-original.ts'
import { type UploadDeps, withUploads } from './uploads.ts'

type Deps = UploadDeps & {
  readonly contentFiles: ContentFileRepository
  readonly transcoder: Abortable<Transcoder>
  readonly cache: CachePort
  /** Number of failed attempts after which a job fails. */
  readonly attempts: number
  readonly log: Log
}

/** Registers content files, and makes and publishes their exports. */
export const createContentIngest = (deps: Deps): MediaKindIngest => {
  const { files, newUid, contentFiles, transcoder, cache, log, attempts } = deps
  const storeExports = createExportStore(newUid)

  const register = createRegister(deps, {
    readFacts: (path, signal) =>
      pipe(
        transcoder.probe(path, signal),
        TE.map(({ durationSeconds }) => ({ durationSeconds: durationSeconds ?? 0 })),
      ),
    unreadable: { durationSeconds: 0 },
    // The uid was made for a file of this kind, so the cast is safe.
    add: (file, received) =>
      contentFiles.add(
        { uid: (received?.media as ContentFileUid | undefined) ?? newUid.contentFile(), ...file },
        { uid: received?.job ?? newUid.job(), attempts },
      ),
  })

  const publish = (
    uid: ContentFileUid,
    exports: ReadonlyArray<NewContentExport>,
    { kind, lease, replaces }: Publication,
    warnings: ReadonlyArray<string>,
  ): TE.TaskEither<Unavailable, boolean> => {
    const completion = completionOf(lease, warnings)
    if (kind === 'first') return contentFiles.addExports(uid, exports, completion)
    const { webPlaylist, mobilePlaylist, dashManifest } = cacheKeys
    const playlists = [webPlaylist({ uid }), mobilePlaylist({ uid }), dashManifest({ uid })]
    return invalidateAfter(cache, playlists, contentFiles.replaceExports(uid, exports, completion, replaces))
  }

  /**
   * Refuses a file whose exports violate a rule. Also logs the violations for operators, because their cause
   * is a bug of Larder and not the file.
   */
  const refuseUnfit = (
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
    copy: LocalCopy,
    transcoded: TranscodeResult,
    plan: MediaPlan,
    publication: Publication,
    warnings: ReadonlyArray<string>,
    signal: AbortSignal,
  ): TE.TaskEither<Refused | Unavailable, boolean> =>
    withUploads<Refused | Unavailable>(deps, signal, (upload) =>
      pipe(
        storeExports(upload, transcoded, plan),
        TE.flatMapEither((exports) =>
          pipe(
            refuseUnfit(uid, examineStored(transcoded, exports)),
            E.map(() => exports),
          ),
        ),
        TE.tap(() => copy.verify),
        TE.flatMap((exports) => publish(uid, exports, publication, warnings)),
      ),
    )

  const makeExports = (
    uid: ContentFileUid,
    copy: LocalCopy,
    publication: Publication,
    report: WorkReport,
    signal: AbortSignal,
  ): TE.TaskEither<Refused | Unavailable, CreatedExports> => {
    const makeFrom = (facts: MediaFacts): TE.TaskEither<Refused | Unavailable, CreatedExports> =>
      pipe(
        files.withScratch((folder) => makeInFolder(folder, facts)),
        // The renditions of a video without audio differ from those of a video with audio, so all exports are
        // made again.
        TE.flatMap((result) => ('isAdded' in result ? TE.right(result) : makeFrom(result))),
      )

    /**
     * Makes the exports in a folder. If no audio of a video can be decoded, returns its facts without audio,
     * and the caller starts again with these facts.
     */
    const makeInFolder =
      (
        folder: string,
        facts: MediaFacts,
      ): TE.TaskEither<Refused | Unavailable, CreatedExports | MediaFacts> =>
      async () => {
        const plan = planMedia(facts)
        const transcoded = await transcoder.transcode(
          copy.path,
          facts,
          plan,
          folder,
          report.onProgress,
          signal,
        )()
        if (E.isLeft(transcoded)) return transcoded
        const warnings = [...new Set(transcoded.right.warnings)]
        if (hasLostAudio(plan, transcoded.right)) return E.right(withoutAudio(facts, warnings))
        const examined = refuseUnfit(uid, examineTranscoded(transcoded.right, plan))
        if (E.isLeft(examined)) return examined
        report.onStage('storing')
        const stored = await store(uid, copy, transcoded.right, plan, publication, warnings, signal)()
        if (E.isLeft(stored)) return stored
        return E.right({ isAdded: stored.right, warnings })
      }

    return pipe(transcoder.probe(copy.path, signal), TE.flatMap(makeFrom))
  }

  return {
    register,
    ...createLibraryFiles({
      kind: 'content',
      durationOf: ({ durationSeconds }) => durationSeconds || null,
      repository: contentFiles,
      makeExports,
    }),
  }
}
