import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { Engine, StreamJob } from '../../../src/adapters/transcode/engine.ts'
import { examineTranscoded } from '../../../src/domain/ingest/examine-transcoded.ts'
import { planMedia } from '../../../src/domain/ingest/plan/media-ladder.ts'
import type { MediaFacts, MediaPlan } from '../../../src/domain/ingest/plan/media-plan.ts'
import { renditionSeconds } from '../../../src/domain/ingest/rendition-facts.ts'
import { pipe, TE } from '../../../src/fp.ts'
import { availableEngines, createTranscoderOfEngine } from '../../support/engines.ts'
import { right } from '../../support/expect-right.ts'
import { createTranscodingFolder, mediaPath, withSmallestVideo } from '../../support/transcoding.ts'
import { withStreamPause } from '../../support/transport-stream.ts'

/**
 * `header`: the declared ends of video and audio (seconds). `passes`: the expected number of encodings. Code
 * that all engines share decides on passes, so one film for each number of passes runs on all engines, and
 * the others run on the first.
 */
const films = [
  { file: 'short-sound.mp4', seconds: 12, header: {}, passes: 1, onAll: true },
  { file: 'short-sound.mp4', seconds: 12, header: { pictures: null, sound: null }, passes: 2 },
  { file: 'short-sound.mp4', seconds: 12, header: { pictures: 20 }, passes: 2 },
  { file: 'short-sound.mp4', seconds: 12, header: { sound: 9 }, passes: 2 },
  { file: 'short-sound.mp4', seconds: 12, header: { pictures: 2, sound: 12 }, passes: 3 },
  { file: 'short-pictures.mp4', seconds: 6, header: {}, passes: 1 },
  { file: 'short-pictures.mp4', seconds: 6, header: { pictures: null, sound: null }, passes: 2, onAll: true },
  { file: 'short-pictures.mp4', seconds: 6, header: { pictures: 6, sound: 2 }, passes: 3, onAll: true },
]

type Ends = { readonly pictures?: number | null; readonly sound?: number | null }

const announcing = ({ pictures, sound }: Ends, facts: MediaFacts): MediaFacts => ({
  ...facts,
  video: facts.video && {
    ...facts.video,
    endSeconds: pictures === undefined ? facts.video.endSeconds : pictures,
  },
  audio: facts.audio && { ...facts.audio, endSeconds: sound === undefined ? facts.audio.endSeconds : sound },
})

/** An engine that encodes nothing of these streams from a time on, and logs no error. */
const losingTheEnd = (engine: Engine, seconds: number, kinds: ReadonlyArray<'video' | 'audio'>): Engine => {
  const early = `select='lt(t,${seconds})'`
  // Alone it is held up to the end of the audio, from where the filter graph ends. node-av reports that as an error.
  const cutVideo = (graph: string) =>
    kinds.length === 1
      ? `trim=end=${seconds},${graph}`
      : // Before it, the filter `fps` would hold the last frame.
        graph.replace(/(?<=fps=[^,]+),/, `,${early},`)
  const change = (job: StreamJob | null, kind: 'video' | 'audio', to: (graph: string) => string) =>
    job === null || !kinds.includes(kind) ? job : { ...job, graph: to(job.graph) }
  return {
    ...engine,
    encode: (job, ...rest) =>
      engine.encode(
        {
          ...job,
          video: change(job.video, 'video', cutVideo),
          audio: change(job.audio, 'audio', (graph) => `a${early},${graph}`),
        },
        ...rest,
      ),
  }
}

describe('a film whose video and audio end at different times', () => {
  const { transcode, written, newTarget } = createTranscodingFolder()

  for (const [i, [name, engine]] of availableEngines().entries())
    for (const { file, seconds, header, passes } of films.filter(({ onAll }) => i === 0 || onAll))
      it(`[V41] [P7] lasts ${seconds} s after ${passes} passes of ${name}: ${file} with the header ${JSON.stringify(header)}`, async () => {
        let encodings = 0
        const counting = createTranscoderOfEngine({
          ...engine,
          encode: (...args) => {
            encodings += 1
            return engine.encode(...args)
          },
        })
        const transcoder = {
          ...counting,
          probe: (path: string) =>
            pipe(
              counting.probe(path),
              TE.map((facts) => announcing(header, facts)),
            ),
        }
        let frameRate = { num: 1, den: 1 }
        const plan = (planned: MediaPlan) => {
          frameRate = planned.frameRate
          return withSmallestVideo(planned)
        }
        const output = await right((await transcode(transcoder, mediaPath(file), plan)).task)
        const frame = Math.max(frameRate.den / frameRate.num, 1024 / 44_100)
        for (const rendition of output.renditions)
          expect(renditionSeconds(rendition)).to.be.closeTo(seconds, frame)
        expect(output.sourceSeconds).to.be.closeTo(seconds, frame)
        expect(encodings).to.equal(passes)
      })

  for (const [i, [name, engine]] of availableEngines().entries())
    for (const kinds of i === 0 ? ([['video'], ['audio']] as const) : ([['video', 'audio']] as const))
      it(`[V41] is refused if ${name} loses the last second of its ${kinds.join(' and ')} without an error`, async () => {
        const transcoder = createTranscoderOfEngine(losingTheEnd(engine, 5, kinds))
        const facts = await right(transcoder.probe(mediaPath('beat.mkv')))
        const plan = withSmallestVideo(planMedia(facts))
        const target = await newTarget()
        const output = await right(transcoder.transcode(mediaPath('beat.mkv'), facts, plan, target, () => {}))
        const violations = examineTranscoded(output, plan)
        expect(violations.length, JSON.stringify(violations)).to.equal(kinds.length)
        for (const [n, kind] of kinds.entries())
          expect(violations[n]?.message).to.match(
            new RegExp(
              `^the ${kind} of the source: (4\\.9|5\\.0)\\d\\d? s were encoded, and the packets last 6\\.0`,
            ),
          )
      })

  it('[V41] has a warning if the header does not declare this, even if its audio changes format', async () => {
    for (const [name, engine] of availableEngines()) {
      const onEngine = createTranscoderOfEngine(engine)
      const withFalseEnd = {
        ...onEngine,
        probe: (path: string) =>
          pipe(
            onEngine.probe(path),
            TE.map((facts) => announcing({ sound: facts.video?.endSeconds ?? null }, facts)),
          ),
      }
      const path = await written(
        `${name}.m2t`,
        withStreamPause(await readFile(mediaPath('chlayout.m2t')), 'sound', 3.5, 9),
      )
      const output = await right((await transcode(withFalseEnd, path, withSmallestVideo)).task)
      expect(output.warnings, name).to.have.length(1)
      expect(output.warnings[0], name).to.match(/^its pictures end at 5\.[23] s, and its sound at 3\.[45] s:/)
    }
  })
})
