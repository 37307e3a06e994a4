// Transcodes a video as an ingest does, in a separate process whose CPU time can be measured. Arguments:
// `PATH FOLDER`. Without arguments it only loads the code; the bench subtracts the CPU time of such a run.
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
  const transcoded = await transcoder.transcode(path, facts.right, plan, folder, () => {})()
  if (E.isLeft(transcoded)) throw new Error(JSON.stringify(transcoded.left))
}
