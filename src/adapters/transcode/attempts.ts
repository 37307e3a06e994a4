import type { MediaFacts, MediaPlan } from '../../domain/ingest/media-plan.ts'

/** One way to make the renditions; `warnings` is what it costs. */
export type Attempt = {
  readonly plan: MediaPlan
  readonly toneMaps: boolean
  readonly warnings: ReadonlyArray<string>
}

const NO_TONE_MAPPING = 'colours are off: it is HDR, and this machine has no tone mapping'
const FAILED_TONE_MAPPING = 'colours are off: it is HDR that could not be tone-mapped'

/** In the order to try them: all of it, then without what a damaged or unusual file may not bear. */
export const attemptsFor = (
  facts: MediaFacts,
  plan: MediaPlan,
  toneMaps: boolean,
): ReadonlyArray<Attempt> => {
  const hdr = facts.video?.hdr === true
  const colours: ReadonlyArray<Omit<Attempt, 'plan'>> =
    hdr && toneMaps
      ? [
          { toneMaps, warnings: [] },
          { toneMaps: false, warnings: [FAILED_TONE_MAPPING] },
        ]
      : [{ toneMaps, warnings: hdr ? [NO_TONE_MAPPING] : [] }]
  const sounds = plan.video.length > 0 && plan.audio.length > 0 ? [true, false] : [true]
  return sounds.flatMap((hasSound) =>
    colours.map((colour) => ({
      toneMaps: colour.toneMaps,
      plan: hasSound ? plan : { ...plan, audio: [] },
      warnings: hasSound ? colour.warnings : [...colour.warnings, noSound(facts)],
    })),
  )
}

/** Sound of which nothing could be decoded. */
export const noSound = ({ audio }: MediaFacts): string =>
  `no sound: the audio track (${audio?.codec}) could not be decoded`
