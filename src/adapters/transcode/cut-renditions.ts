import { join } from 'node:path'
import type { AudioRung, MediaPlan, VideoRung } from '../../domain/ingest/media-plan.ts'
import type { Rendition } from '../../ports/transcoder.ts'
import type { CutRendition } from './cut-rendition.ts'
import { type Cut, cut, type PartEdges, startsOf } from './cutter.ts'

/** The first part is one GOP long. */
export const partEdges = ({ gop, frameRate, partSeconds: step }: MediaPlan): PartEdges => ({
  seconds: [Math.min((gop * frameRate.den) / frameRate.num, step)],
  step,
})

/**
 * Cuts what was encoded for each rung: pictures in even parts behind a short first one, sound where the pictures are
 * cut. No player shows a picture before the whole first part has arrived.
 */
export const cutRenditions = async (
  plan: MediaPlan,
  folder: string,
): Promise<ReadonlyArray<CutRendition>> => {
  const { frameRate } = plan
  const even = partEdges(plan)
  const fileOf = ({ name }: VideoRung | AudioRung) => join(folder, `${name}.mp4`)

  const films = await Promise.all(
    plan.video.map(async (rung) => {
      const film = await cut(fileOf(rung), even)
      const { width, height } = film.track.pictures ?? rung
      const video = { width, height, frameRate }
      return { film, rendition: toRendition(rung.name, film, { video, audio: null }) }
    }),
  )
  const [first] = films
  // Where the pictures have a last part that is a little longer, sound has no part more.
  const edges = first === undefined ? even : { seconds: startsOf(first.film).slice(1), step: Infinity }
  const sounds = await Promise.all(
    plan.audio.map(async (rung) => {
      const { channels, sampleRate } = rung
      const sound = await cut(fileOf(rung), edges)
      return toRendition(rung.name, sound, { video: null, audio: { channels, sampleRate } })
    }),
  )
  return [...films.map(({ rendition }) => rendition), ...sounds]
}

const toRendition = (
  name: string,
  { track, init, parts, isEven }: Cut,
  facts: Pick<Rendition, 'video' | 'audio'>,
): CutRendition => ({
  name,
  ...facts,
  codec: track.codec,
  timescale: track.timescale,
  track: {
    codec: track.codec,
    timescale: track.timescale,
    hasEditList: track.hasEditList,
    pictures: track.pictures,
    sound: track.sound,
  },
  init,
  parts,
  isEven,
})
