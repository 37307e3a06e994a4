import { isHdr } from '../../domain/colour/video-colour.ts'
import type { MediaFacts, MediaPlan } from '../../domain/ingest/plan/media-plan.ts'
import { needsColourCube, videoColourOf } from './video-filters.ts'

/** A plan by which an encode may be tried. `warnings`: what its exports lack. */
export type CandidateEncodePlan = {
  readonly plan: MediaPlan
  readonly convertsColours: boolean
  readonly warnings: ReadonlyArray<string>
}

const unconvertedWarning = (isHdr: boolean): string =>
  isHdr
    ? 'colours are wrong: the HDR of the film could not be tone-mapped'
    : 'colours are wrong: the colours of the film could not be converted to sRGB'

/**
 * Returns the plans in the order in which they are tried. The first plan includes everything. The later plans
 * omit what may fail for a damaged or unusual file: the conversion of colours, the audio.
 */
export const candidateEncodePlansFor = (
  facts: MediaFacts,
  plan: MediaPlan,
): ReadonlyArray<CandidateEncodePlan> => {
  const { video } = facts
  const colours: ReadonlyArray<Omit<CandidateEncodePlan, 'plan'>> =
    video !== null && needsColourCube(videoColourOf(video).meaning)
      ? [
          { convertsColours: true, warnings: [] },
          { convertsColours: false, warnings: [unconvertedWarning(isHdr(video.colour))] },
        ]
      : [{ convertsColours: false, warnings: [] }]
  const withAudio = plan.video.length > 0 && plan.audio.length > 0 ? [true, false] : [true]
  return withAudio.flatMap((hasAudio) =>
    colours.map((colour) => ({
      convertsColours: colour.convertsColours,
      plan: hasAudio ? plan : { ...plan, audio: [] },
      warnings: hasAudio ? colour.warnings : [...colour.warnings, undecodableAudioWarning(facts)],
    })),
  )
}

/** Warns that nothing of the audio could be decoded. */
export const undecodableAudioWarning = ({ audio }: MediaFacts): string =>
  `no sound: the audio track (${audio?.codec}) could not be decoded`
