import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { MediaFacts, MediaPlan } from '../../src/domain/ingest/plan/media-plan.ts'
import { pipe, TE } from '../../src/fp.ts'
import { availableEngines, createTranscoderOfEngine } from '../support/engines.ts'
import { right } from '../support/expect-right.ts'
import {
  createTranscodingFolder,
  mediaPath,
  renditionSeconds,
  withSmallestVideo,
} from '../support/transcoding.ts'
import { withStreamPause } from '../support/transport-stream.ts'

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

describe('a film whose video and audio end at different times', () => {
  const { transcode, written } = createTranscodingFolder()

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
