import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { examineTranscoded } from '../../src/domain/ingest/examine-transcoded.ts'
import { planMedia } from '../../src/domain/ingest/plan/media-ladder.ts'
import type { MediaPlan } from '../../src/domain/ingest/plan/media-plan.ts'
import { pipe, TE } from '../../src/fp.ts'
import type { Transcoder } from '../../src/ports/transcoder.ts'
import { right } from './expect-right.ts'
import { planWithoutLostAudio } from './plan-without-lost-audio.ts'

export const mediaPath = (name: string): string => resolve('test/media', name)

/** Plans only the smallest video rendition, for tests to which the ladder does not matter. */
export const withSmallestVideo = (plan: MediaPlan): MediaPlan => ({ ...plan, video: plan.video.slice(-1) })

/** Makes a folder for the files of a suite, which exists while the tests of the suite run. */
export const createTranscodingFolder = () => {
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-transcoder-'))
  })
  after(() => rm(folder, { recursive: true }))

  const newTarget = () => mkdtemp(join(folder, 'run-'))

  return {
    newTarget,

    /** Probes the file, and prepares the task. `progress` lists the reported progress. */
    transcode: async (
      transcoder: Transcoder,
      path: string,
      change: (plan: MediaPlan) => MediaPlan = (plan) => plan,
    ) => {
      const facts = await right(transcoder.probe(path))
      const target = await newTarget()
      const progress: number[] = []
      const plan = change(planMedia(facts))
      const task = pipe(
        transcoder.transcode(path, facts, plan, target, (fraction) => progress.push(fraction)),
        // Every output must be fit to be published, whatever the test verifies.
        TE.tapIO(
          (output) => () =>
            expect(examineTranscoded(output, planWithoutLostAudio(plan, output)), path).to.deep.equal([]),
        ),
      )
      return { target, progress, task }
    },

    written: async (name: string, bytes: Uint8Array | string): Promise<string> => {
      const path = join(folder, name)
      await writeFile(path, bytes)
      return path
    },
  }
}
