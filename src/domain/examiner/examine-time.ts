import {
  type FragmentReading,
  fragmentsOf,
  type PartReading,
  type RenditionReading,
  secondsOf,
} from './readings.ts'
import { type Violation, violation } from './violation.ts'

/** Duration of one AAC frame in ticks of its sample rate (ISO/IEC 14496-3 §4.5.1.1: `frameLength`). */
export const AAC_TICKS = 1024

/** Far below the duration of any sample, far above the floating-point error. */
export const ROUNDING_SECONDS = 1e-6

export const isPictures = ({ track }: RenditionReading): boolean => track.pictures !== null

export const nameOf = (rendition: RenditionReading): string =>
  `the ${isPictures(rendition) ? 'pictures' : 'sound'} ${rendition.name}`

/** Duration of the longest sample of all: a video frame or an AAC frame (seconds). */
export const frameSecondsOf = (renditions: ReadonlyArray<RenditionReading>): number =>
  Math.max(
    0,
    ...renditions.map(
      (rendition) =>
        fragmentsOf(rendition).reduce((most, { longestTicks }) => Math.max(most, longestTicks), 0) /
        rendition.track.timescale,
    ),
  )

/** Checks one rendition by itself: starts at 0, has no gaps, and is presented at its decode times. */
export const examineTime = (rendition: RenditionReading): ReadonlyArray<Violation> => {
  const name = nameOf(rendition)
  const { timescale } = rendition.track
  const fragments = fragmentsOf(rendition)
  const [first] = fragments
  if (first === undefined) return [violation('complete', `${name}: there is nothing in it`)]
  const seconds = (ticks: number) => (ticks / timescale).toFixed(3)
  const found: Violation[] = []
  if (first.startTicks !== 0)
    found.push(
      violation('starts-at-zero', `${name}: it starts at ${seconds(first.startTicks)} s in place of 0`),
    )
  for (const [i, { startTicks }] of fragments.entries()) {
    const before = fragments[i - 1]
    const expected = before === undefined ? startTicks : before.startTicks + before.durationTicks
    const off = startTicks - expected
    if (off === 0) continue
    const what = off > 0 ? 'a gap' : 'an overlap'
    found.push(
      violation('no-gaps', `${name}: ${what} of ${seconds(Math.abs(off))} s at ${seconds(expected)} s`),
    )
    break
  }
  const part = rendition.parts.findIndex(({ bytes, fragments }) => bytes !== bytesOf(fragments))
  if (part !== -1) found.push(violation('bytes', `${name}: part ${part} is not its fragments and no more`))
  if (rendition.track.hasEditList)
    found.push(violation('shown-in-time', `${name}: an edit list moves it, in players that read these`))
  if (!rendition.track.isUpright)
    found.push(violation('upright', `${name}: its track header turns, mirrors or stretches it`))
  const crowded = fragments.find(({ shownTimes, samples }) => shownTimes !== samples)
  if (crowded !== undefined)
    found.push(
      violation(
        'shown-in-time',
        `${name}: after ${seconds(crowded.startTicks)} s, ${crowded.samples} samples are shown at ${crowded.shownTimes} times`,
      ),
    )
  const shifted = fragments.find((fragment) => !isShownInTime(fragment))
  if (shifted !== undefined)
    found.push(
      violation(
        'shown-in-time',
        `${name}: what is decoded from ${seconds(shifted.startTicks)} s on is shown from ${seconds(shifted.shownFromTicks)} s to ${seconds(shifted.shownToTicks)} s`,
      ),
    )
  return found
}

const bytesOf = (fragments: ReadonlyArray<FragmentReading>): number =>
  fragments.reduce((sum, { bytes }) => sum + bytes, 0)

/** Players without edit list support would delay the start by the composition offset of the first frame. */
const isShownInTime = ({
  startTicks,
  durationTicks,
  shownFromTicks,
  shownToTicks,
}: FragmentReading): boolean => shownFromTicks === startTicks && shownToTicks === startTicks + durationTicks

/** Compares the lengths of all renditions with each other. */
export const examineLengths = (renditions: ReadonlyArray<RenditionReading>): ReadonlyArray<Violation> => {
  const tolerance = frameSecondsOf(renditions) + ROUNDING_SECONDS
  const byLength = renditions.toSorted((a, b) => secondsOf(a) - secondsOf(b))
  const [shortest, longest] = [byLength[0], byLength.at(-1)]
  if (shortest === undefined || longest === undefined) return []
  const missing = secondsOf(longest) - secondsOf(shortest)
  if (missing <= tolerance) return []
  return [
    violation(
      'equal-length',
      `${nameOf(shortest)}: it ends ${missing.toFixed(3)} s before ${nameOf(longest)}`,
    ),
  ]
}

/** Compares lengths with what could be decoded of the source (`null`: unknown). */
export const examineSourceLength = (
  renditions: ReadonlyArray<RenditionReading>,
  sourceSeconds: number | null,
): ReadonlyArray<Violation> => {
  if (sourceSeconds === null) return []
  const tolerance = frameSecondsOf(renditions) + ROUNDING_SECONDS
  return renditions
    .filter((rendition) => Math.abs(secondsOf(rendition) - sourceSeconds) > tolerance)
    .map((rendition) =>
      violation(
        'source-length',
        `${nameOf(rendition)}: it lasts ${secondsOf(rendition).toFixed(3)} s, and the source ${sourceSeconds.toFixed(3)} s`,
      ),
    )
}

const startOf = ({ fragments }: PartReading): number => fragments[0]?.startTicks ?? Number.NaN

/** Audio is split between fragments of about a second, so it is off by half a fragment at most. */
const MAX_OFFSET_SECONDS = 0.75

/**
 * Checks that the parts of all video renditions start together, so that players can switch at any of them.
 * Audio parts must start nearby. A video part without an audio part must start near the end of the audio.
 */
export const examineAlignment = (renditions: ReadonlyArray<RenditionReading>): ReadonlyArray<Violation> => {
  const first = renditions.find(isPictures) ?? renditions[0]
  if (first === undefined) return []
  return renditions
    .filter((other) =>
      isPictures(other) === isPictures(first) ? !startTogether(first, other) : !startNearby(first, other),
    )
    .map((other) =>
      violation('aligned', `${nameOf(other)}: its parts do not start with those of ${nameOf(first)}`),
    )
}

const startTogether = (first: RenditionReading, other: RenditionReading): boolean =>
  other.parts.length === first.parts.length &&
  // Compared as whole numbers: two timescales may name one instant by different fractions.
  other.parts.every(
    (part, i) =>
      startOf(part) * first.track.timescale ===
      startOf(first.parts[i] ?? { bytes: 0, fragments: [] }) * other.track.timescale,
  )

const startsOf = ({ parts, track }: RenditionReading): ReadonlyArray<number> =>
  parts.map((part) => startOf(part) / track.timescale)

const startNearby = (video: RenditionReading, audio: RenditionReading): boolean => {
  const [videoStarts, starts] = [startsOf(video), startsOf(audio)]
  return (
    starts.length <= videoStarts.length &&
    videoStarts.every((start, i) => Math.abs((starts[i] ?? secondsOf(audio)) - start) <= MAX_OFFSET_SECONDS)
  )
}
