import { join } from 'node:path'
import { E, type TE } from '../../fp.ts'
import type { ProgressiveFile, Rendition } from '../../ports/transcoder.ts'
import type { Engine, EngineFailure } from './engine.ts'
import { readProgressive } from './isobmff/read-progressive.ts'

type ProgressiveBounds = {
  readonly folder: string
  readonly wallSeconds: number
  readonly signal: AbortSignal
}

/**
 * Makes a fast-start MP4 of each video rendition with the best audio rendition. Without video, makes one of
 * each audio rendition. Tracks are copied, not encoded again.
 */
export const createProgressiveFiles =
  (
    engine: Engine,
    renditions: ReadonlyArray<Rendition>,
    { folder, wallSeconds, signal }: ProgressiveBounds,
  ): TE.TaskEither<EngineFailure, ReadonlyArray<ProgressiveFile>> =>
  async () => {
    const outputs = combinations(renditions).map((tracks) => ({
      names: tracks.map(({ name }) => name),
      inputs: tracks.map(({ init }) => init.path),
      file: join(folder, `progressive-${tracks[0]?.name}.mp4`),
    }))
    const remuxed = await engine.remux({ outputs, wallSeconds }, signal)()
    if (E.isLeft(remuxed)) return remuxed
    return E.right(await Promise.all(outputs.map(toProgressive)))
  }

const toProgressive = async ({
  names,
  file,
}: {
  readonly names: ReadonlyArray<string>
  readonly file: string
}) => {
  const parsed = await readProgressive(file)
  return { renditions: names, file: { path: file, start: 0, end: parsed.bytes }, parsed }
}

const combinations = (renditions: ReadonlyArray<Rendition>): ReadonlyArray<ReadonlyArray<Rendition>> => {
  const videos = renditions.filter(({ video }) => video !== null)
  const audios = renditions.filter(({ audio }) => audio !== null)
  // The plan lists audio renditions from the lowest to the best quality.
  const best = audios.slice(-1)
  return videos.length > 0 ? videos.map((video) => [video, ...best]) : audios.map((audio) => [audio])
}
