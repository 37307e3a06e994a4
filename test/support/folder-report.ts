import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { examineTranscoded } from '../../src/domain/ingest/examine-transcoded.ts'
import { planMedia } from '../../src/domain/ingest/plan/media-ladder.ts'
import { renditionSeconds } from '../../src/domain/ingest/rendition-facts.ts'
import { E } from '../../src/fp.ts'
import type { TranscodeResult, Transcoder } from '../../src/ports/transcoder.ts'
import { chartColours, worstError } from './chart.ts'
import { videoPatches } from './chart-film.ts'
import { type Beats, beatsOf } from './flash-and-beep.ts'
import { planWithoutLostAudio } from './plan-without-lost-audio.ts'

/** Transcodes each file of a folder. Yields one line for each engine, and one more if the engines differ. */
export async function* folderReport(
  folder: string,
  engines: ReadonlyArray<readonly [name: string, transcoder: Transcoder]>,
  isSmallest: boolean,
): AsyncIterable<{ readonly line: string; readonly isRight: boolean }> {
  const files = await readdir(folder, { withFileTypes: true })
  for (const file of files
    .filter((entry) => entry.isFile())
    .toSorted((a, b) => a.name.localeCompare(b.name))) {
    const results: string[] = []
    for (const [engine, transcoder] of engines) {
      const columns = await exported(transcoder, join(folder, file.name), isSmallest)
      results.push(columns.join('; '))
      yield {
        line: `| ${file.name} | ${engine} | ${columns.join(' | ')} |`,
        isRight: columns[3] !== '**wrong**',
      }
    }
    if (new Set(results).size > 1) yield { line: `| ${file.name} | **they differ** |`, isRight: false }
  }
}

const exported = async (transcoder: Transcoder, path: string, isSmallest: boolean): Promise<string[]> => {
  const target = await mkdtemp(join(tmpdir(), 'larder-folder-'))
  try {
    const facts = await transcoder.probe(path)()
    if (E.isLeft(facts)) return [JSON.stringify(facts.left)]
    const whole = planMedia(facts.right)
    const plan = isSmallest ? { ...whole, video: whole.video.slice(-1) } : whole
    const output = await transcoder.transcode(path, facts.right, plan, target, () => {})()
    if (E.isLeft(output)) return [JSON.stringify(output.left)]
    const faults = examineTranscoded(output.right, planWithoutLostAudio(plan, output.right)).map(
      ({ message }) => message,
    )
    return [
      output.right.renditions.map(shown).join(', '),
      ...(await played(output.right)),
      faults.length === 0 ? output.right.warnings.join('; ') : `**wrong**: ${faults.join('; ')}`,
    ]
  } finally {
    await rm(target, { recursive: true })
  }
}

const shown = (rendition: TranscodeResult['renditions'][number]): string => {
  const { name, video, audio } = rendition
  const rate = (video?.frameRate.num ?? 0) / (video?.frameRate.den ?? 1)
  const form =
    video === null
      ? `${audio?.channels} × ${audio?.sampleRate}`
      : `${video.width}x${video.height} ${rate.toFixed(2)}`
  return `${name} ${form} ${renditionSeconds(rendition).toFixed(2)} s`
}

/**
 * Decodes the last mp4. Returns its flashes and beeps with their largest distance, and the error of a chart.
 */
const played = async ({ progressive, renditions }: TranscodeResult): Promise<string[]> => {
  const path = progressive.at(-1)?.file.path ?? ''
  if (renditions.every(({ video }) => video === null)) return ['', '']
  const error = worstError(await videoPatches(path), chartColours)
  return [inSync(await beatsOf(path)), error < 40 ? `chart ${error.toFixed(1)}` : '']
}

const inSync = ({ flashes, beeps }: Beats): string => {
  if (flashes.length === 0 || beeps.length === 0) return `${flashes.length} flashes, ${beeps.length} beeps`
  const apart = flashes
    .map((flash) => Math.min(...beeps.map((beep) => Math.abs(beep - flash))))
    // A flash without a beep within half a second counts as one without a beep.
    .filter((seconds) => seconds < 0.5)
  const most = (1000 * Math.max(0, ...apart)).toFixed(0)
  return `${flashes.length} flashes, ${beeps.length} beeps, ${apart.length} together, ${most} ms apart at most`
}
