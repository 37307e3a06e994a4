import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { examineTranscoded } from '../../src/domain/ingest/examine-transcoded.ts'
import { planMedia } from '../../src/domain/ingest/plan/media-ladder.ts'
import type { Transcoder } from '../../src/ports/transcoder.ts'
import { worstError } from './chart.ts'
import { videoPatches, writeChartFilm } from './chart-film.ts'
import { right } from './expect-right.ts'
import type { FilmKind } from './film-kinds.ts'

/**
 * Transcodes a film of the chart. Returns the largest colour error of its smallest rendition (levels of 255).
 */
export const worstColourError = async (
  transcoder: Transcoder,
  { film, expected }: FilmKind,
): Promise<number> => {
  // The folder's name has every special character of a filter graph.
  const folder = await mkdtemp(join(tmpdir(), "larder-a'b:c,[d];\\e-"))
  try {
    const [path, target] = [join(folder, 'chart.mp4'), join(folder, 'made')]
    await writeChartFilm(path, film)
    await mkdir(target)
    const facts = await right(transcoder.probe(path))
    const plan = planMedia(facts)
    const smallest = { ...plan, video: plan.video.slice(-1) }
    const output = await right(transcoder.transcode(path, facts, smallest, target, () => {}))
    const faults = [
      ...output.warnings,
      ...examineTranscoded(output, smallest).map(({ rule, message }) => `${rule}: ${message}`),
    ]
    if (faults.length > 0) throw new Error(faults.join())
    return worstError(await videoPatches(output.progressive[0]?.file.path ?? ''), expected)
  } finally {
    await rm(folder, { recursive: true })
  }
}
