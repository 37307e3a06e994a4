import {
  fragmentsOf,
  type ParsedFragment,
  type ParsedPart,
  type ParsedRendition,
  parsedSeconds,
  type SourceStream,
} from './parsed-media.ts'
import { type Violation, violation } from './violation.ts'

/**
 * Tolerance in seconds for rounding. The tolerance is far smaller than the duration of any sample, and far
 * greater than a floating-point error.
 */
export const ROUNDING_SECONDS = 1e-6

export const isVideoRendition = ({ track }: ParsedRendition): boolean => track.video !== null

export const renditionLabel = (rendition: ParsedRendition): string =>
  `${isVideoRendition(rendition) ? 'video' : 'audio'} rendition ${rendition.name}`

/** Returns the duration in seconds of the longest sample of all renditions: a video frame or an AAC frame. */
export const longestSampleSeconds = (renditions: ReadonlyArray<ParsedRendition>): number =>
  Math.max(
    0,
    ...renditions.map(
      (rendition) =>
        fragmentsOf(rendition).reduce((most, { longestTicks }) => Math.max(most, longestTicks), 0) /
        rendition.track.timescale,
    ),
  )

/** Checks that a rendition starts at 0, has no gaps, and is presented at its decode times. */
export const examineTiming = (rendition: ParsedRendition): ReadonlyArray<Violation> => {
  const name = renditionLabel(rendition)
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
  if (part !== -1)
    found.push(violation('bytes', `${name}: part ${part} does not consist of exactly its fragments`))
  if (rendition.track.hasEditList)
    found.push(violation('shown-in-time', `${name}: an edit list shifts it in players that read edit lists`))
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

const bytesOf = (fragments: ReadonlyArray<ParsedFragment>): number =>
  fragments.reduce((sum, { bytes }) => sum + bytes, 0)

/**
 * Returns whether samples are presented at their decode times. If they are not, players that ignore edit
 * lists delay the start by the composition offset of the first frame.
 */
const isShownInTime = ({
  startTicks,
  durationTicks,
  shownFromTicks,
  shownToTicks,
}: ParsedFragment): boolean => shownFromTicks === startTicks && shownToTicks === startTicks + durationTicks

/** Compares the durations of all renditions with each other. */
export const examineLengths = (renditions: ReadonlyArray<ParsedRendition>): ReadonlyArray<Violation> => {
  const tolerance = longestSampleSeconds(renditions) + ROUNDING_SECONDS
  const byLength = renditions.toSorted((a, b) => parsedSeconds(a) - parsedSeconds(b))
  const [shortest, longest] = [byLength[0], byLength.at(-1)]
  if (shortest === undefined || longest === undefined) return []
  const missing = parsedSeconds(longest) - parsedSeconds(shortest)
  if (missing <= tolerance) return []
  return [
    violation(
      'equal-length',
      `${renditionLabel(shortest)}: it ends ${missing.toFixed(3)} s before ${renditionLabel(longest)}`,
    ),
  ]
}

/**
 * Checks that each rendition is as long as the part of the source that could be decoded (`sourceSeconds`;
 * `null` if unknown, and then nothing is checked).
 */
export const examineSourceLength = (
  renditions: ReadonlyArray<ParsedRendition>,
  sourceSeconds: number | null,
): ReadonlyArray<Violation> => {
  if (sourceSeconds === null) return []
  const tolerance = longestSampleSeconds(renditions) + ROUNDING_SECONDS
  return renditions
    .filter((rendition) => Math.abs(parsedSeconds(rendition) - sourceSeconds) > tolerance)
    .map((rendition) =>
      violation(
        'source-length',
        `${renditionLabel(rendition)}: it lasts ${parsedSeconds(rendition).toFixed(3)} s, and the source ${sourceSeconds.toFixed(3)} s`,
      ),
    )
}

/**
 * Maximum number of seconds that a decoder may skip at the end of the audio. The tag of LAME can declare up
 * to 4,095 samples at the end of an MP3 as padding: 0.1 s at 44.1 kHz.
 */
const MAX_TRIM_SECONDS = 0.1

/**
 * Checks that the end of no stream was lost: what was encoded of a stream must be as long as its packets. A
 * small difference is permitted, because renditions have frames of another length, and decoders may skip the
 * end. More than the packets is also permitted, because some containers (AVI) state only decoding times,
 * which are earlier than presentation times.
 */
export const examineSourceStreams = (
  renditions: ReadonlyArray<ParsedRendition>,
  streams: ReadonlyArray<SourceStream>,
): ReadonlyArray<Violation> => {
  const frame = longestSampleSeconds(renditions)
  return streams
    .filter(
      ({ kind, packetSeconds, lastPacketSeconds, encodedSeconds }) =>
        packetSeconds - encodedSeconds >
        frame + Math.max(lastPacketSeconds, kind === 'audio' ? MAX_TRIM_SECONDS : 0) + ROUNDING_SECONDS,
    )
    .map(({ kind, packetSeconds, encodedSeconds }) =>
      violation(
        'source-length',
        `the ${kind} of the source: ${encodedSeconds.toFixed(3)} s were encoded, and the packets last ${packetSeconds.toFixed(3)} s`,
      ),
    )
}

const startOf = ({ fragments }: ParsedPart): number => fragments[0]?.startTicks ?? Number.NaN

/**
 * Maximum distance in seconds between the starts of audio and video parts. Audio is split between fragments
 * of about a second. The nearest fragment starts a part, so the distance is at most half a fragment.
 */
const MAX_OFFSET_SECONDS = 0.75

/**
 * Checks that the parts of all video renditions start at the same times, so that players can switch at any of
 * them. Audio parts must start near these times. If there is no audio part for a video part, the video part
 * must start near the end of the audio.
 */
export const examineAlignment = (renditions: ReadonlyArray<ParsedRendition>): ReadonlyArray<Violation> => {
  const first = renditions.find(isVideoRendition) ?? renditions[0]
  if (first === undefined) return []
  return renditions
    .filter((other) =>
      isVideoRendition(other) === isVideoRendition(first)
        ? !startTogether(first, other)
        : !startNearby(first, other),
    )
    .map((other) =>
      violation(
        'aligned',
        `${renditionLabel(other)}: its parts do not start with those of ${renditionLabel(first)}`,
      ),
    )
}

const startTogether = (first: ParsedRendition, other: ParsedRendition): boolean =>
  other.parts.length === first.parts.length &&
  // The times are compared as whole numbers, because two timescales may express the same instant with
  // different fractions.
  other.parts.every(
    (part, i) =>
      startOf(part) * first.track.timescale ===
      startOf(first.parts[i] ?? { bytes: 0, fragments: [] }) * other.track.timescale,
  )

const startsOf = ({ parts, track }: ParsedRendition): ReadonlyArray<number> =>
  parts.map((part) => startOf(part) / track.timescale)

const startNearby = (video: ParsedRendition, audio: ParsedRendition): boolean => {
  const [videoStarts, starts] = [startsOf(video), startsOf(audio)]
  return (
    starts.length <= videoStarts.length &&
    videoStarts.every(
      (start, i) => Math.abs((starts[i] ?? parsedSeconds(audio)) - start) <= MAX_OFFSET_SECONDS,
    )
  )
}
