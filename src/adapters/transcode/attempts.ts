import { isHdr } from '../../domain/colour/video-colour.ts'
import type { MediaFacts, MediaPlan } from '../../domain/ingest/plan/media-plan.ts'
import { needsColourCube, videoColourOf } from './video-filters.ts'

/** One way to make the renditions; `warnings` is what it costs. */
export type EncodeAttempt = {
  readonly plan: MediaPlan
  readonly convertsColours: boolean
  readonly warnings: ReadonlyArray<string>
}

const notConverted = (isHdr: boolean): string =>
  isHdr
    ? 'colours are wrong: the HDR of the film could not be tone-mapped'
    : 'colours are wrong: the colours of the film could not be converted to sRGB'

/** In the order to try them: all of it, then without what a damaged or unusual file may not bear. */
export const encodeAttemptsFor = (facts: MediaFacts, plan: MediaPlan): ReadonlyArray<EncodeAttempt> => {
  const { video } = facts
  const colours: ReadonlyArray<Omit<EncodeAttempt, 'plan'>> =
    video !== null && needsColourCube(videoColourOf(video).meaning)
      ? [
          { convertsColours: true, warnings: [] },
          { convertsColours: false, warnings: [notConverted(isHdr(video.colour))] },
        ]
      : [{ convertsColours: false, warnings: [] }]
  const sounds = plan.video.length > 0 && plan.audio.length > 0 ? [true, false] : [true]
  return sounds.flatMap((hasSound) =>
    colours.map((colour) => ({
      convertsColours: colour.convertsColours,
      plan: hasSound ? plan : { ...plan, audio: [] },
      warnings: hasSound ? colour.warnings : [...colour.warnings, undecodableAudioWarning(facts)],
    })),
  )
}

/** Sound of which nothing could be decoded. */
export const undecodableAudioWarning = ({ audio }: MediaFacts): string =>
  `no sound: the audio track (${audio?.codec}) could not be decoded`
