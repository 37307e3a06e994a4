import { join } from 'node:path'
import type { AudioRung, MediaPlan, VideoRung } from '../../../domain/ingest/plan/media-plan.ts'
import type { Rendition } from '../../../ports/transcoder.ts'
import type { SegmentedRendition } from './cut-rendition.ts'
import { type PartEdges, type SegmentedTrack, segmentStartsOf, segmentTrack } from './segmenter.ts'

/**
 * Cuts what was encoded for each rung: pictures in even parts behind a short first one, sound where the pictures are
 * cut. No player shows a picture before the whole first part has arrived.
 */
export const segmentRenditions = async (
  plan: MediaPlan,
  folder: string,
): Promise<ReadonlyArray<SegmentedRendition>> => {
  const { partSeconds: step, frameRate } = plan
  const gopSeconds = (plan.gop * frameRate.den) / frameRate.num
  const even: PartEdges = { seconds: [Math.min(gopSeconds, step)], step }
  const fileOf = ({ name }: VideoRung | AudioRung) => join(folder, `${name}.mp4`)

  const films = await Promise.all(
    plan.video.map(async (rung) => {
      const film = await segmentTrack(fileOf(rung), even)
      const { width, height } = film.track.pictures ?? rung
      const video = { width, height, frameRate }
      return { film, rendition: toRendition(rung.name, film, { video, audio: null }) }
    }),
  )
  const [first] = films
  const edges = first === undefined ? even : { seconds: segmentStartsOf(first.film).slice(1), step }
  const sounds = await Promise.all(
    plan.audio.map(async (rung) => {
      const { channels, sampleRate } = rung
      const sound = await segmentTrack(fileOf(rung), edges)
      return toRendition(rung.name, sound, { video: null, audio: { channels, sampleRate } })
    }),
  )
  return [...films.map(({ rendition }) => rendition), ...sounds]
}

const toRendition = (
  name: string,
  { track, init, parts, isEven }: SegmentedTrack,
  facts: Pick<Rendition, 'video' | 'audio'>,
): SegmentedRendition => ({
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
