// What an ingest has made of a film, in a process of its own, so that its processor time can be told: `PATH FOLDER`.
// Without a path everything is loaded and nothing is made: that much is no part of the work.
import { createTranscoder } from '../../src/adapters/transcode/create-transcoder.ts'
import { planMedia } from '../../src/domain/ingest/plan/media-ladder.ts'
import { E } from '../../src/fp.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const transcoder = createTranscoder({ ffmpegPath: null, ffprobePath: null, maxSeconds: 3600, log: silent })
const [path, folder] = process.argv.slice(2)
await transcoder.describe()
if (path !== undefined && folder !== undefined) {
  const facts = await transcoder.probe(path)()
  if (E.isLeft(facts)) throw new Error(JSON.stringify(facts.left))
  const plan = planMedia(facts.right)
  const made = await transcoder.transcode(path, facts.right, plan, folder, () => {})()
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left))
}
