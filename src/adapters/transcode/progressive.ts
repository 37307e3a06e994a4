import { join } from 'node:path'
import { E, type TE } from '../../fp.ts'
import type { Progressive, Rendition } from '../../ports/transcoder.ts'
import type { Engine, EngineFailure } from './engine.ts'
import { readProgressive } from './isobmff/read-progressive.ts'

type ProgressiveBounds = {
  readonly folder: string
  readonly wallSeconds: number
  readonly signal: AbortSignal
}

/**
 * A fast-start mp4 for each video rendition, with the best sound, or, where there are no pictures, for each audio
 * rendition. Nothing is encoded again.
 */
export const makeProgressive =
  (
    engine: Engine,
    renditions: ReadonlyArray<Rendition>,
    { folder, wallSeconds, signal }: ProgressiveBounds,
  ): TE.TaskEither<EngineFailure, ReadonlyArray<Progressive>> =>
  async () => {
    const wanted = combinations(renditions).map((tracks) => ({
      names: tracks.map(({ name }) => name),
      inputs: tracks.map(({ init }) => init.path),
      file: join(folder, `progressive-${tracks[0]?.name}.mp4`),
    }))
    const remuxed = await engine.remux({ outputs: wanted, wallSeconds }, signal)()
    if (E.isLeft(remuxed)) return remuxed
    return E.right(await Promise.all(wanted.map(toProgressive)))
  }

const toProgressive = async ({
  names,
  file,
}: {
  readonly names: ReadonlyArray<string>
  readonly file: string
}) => {
  const reading = await readProgressive(file)
  return { renditions: names, file: { path: file, start: 0, end: reading.bytes }, reading }
}

const combinations = (renditions: ReadonlyArray<Rendition>): ReadonlyArray<ReadonlyArray<Rendition>> => {
  const films = renditions.filter(({ video }) => video !== null)
  const sounds = renditions.filter(({ audio }) => audio !== null)
  // The plan lists sound from the least to the best.
  const best = sounds.slice(-1)
  return films.length > 0 ? films.map((film) => [film, ...best]) : sounds.map((sound) => [sound])
}
