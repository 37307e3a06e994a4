import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '../../src/adapters/transcode/engine.ts'
import { planMedia } from '../../src/domain/ingest/media-ladder.ts'
import { worstError } from './chart.ts'
import { filmPatches, writeChartFilm } from './chart-film.ts'
import { transcoderOn } from './engines.ts'
import { right } from './expect-right.ts'
import type { FilmKind } from './film-kinds.ts'

/** Puts a film of the chart through an engine: the worst difference of its smallest rendition, in levels of 255. */
export const filmError = async (engine: Engine, { film, expected }: FilmKind): Promise<number> => {
  // A name with every character that a filter graph takes for one of its own.
  const folder = await mkdtemp(join(tmpdir(), "larder-a'b:c,[d];\\e-"))
  try {
    const [path, target] = [join(folder, 'chart.mp4'), join(folder, 'made')]
    await writeChartFilm(path, film)
    await mkdir(target)
    const transcoder = transcoderOn(engine)
    const facts = await right(transcoder.probe(path))
    const plan = planMedia(facts)
    const made = await right(
      transcoder.transcode(path, facts, { ...plan, video: plan.video.slice(-1) }, target, () => {}),
    )
    if (made.warnings.length > 0) throw new Error(made.warnings.join())
    return worstError(await filmPatches(made.progressive[0]?.file.path ?? ''), expected)
  } finally {
    await rm(folder, { recursive: true })
  }
}
