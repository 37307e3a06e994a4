import type { ShownSamples } from './shown-samples.ts'

/**
 * A delay with which the engine reports frames, in addition to earlier delays: frames from `fromSeconds` on
 * are reported `seconds` later than the file states. `fromSeconds` is a time as the engine reports it,
 * relative to the correct time of the track's first frame. 0 means from the start.
 */
export type Lateness = { readonly fromSeconds: number; readonly seconds: number }

/** Times of one track in a fragment, in ticks. */
export type FragmentTimes = {
  readonly trackId: number
  /** Decoding time of the first sample; `null` if the fragment does not state it. */
  readonly startTicks: number | null
  /** Composition offset of the first sample. */
  readonly firstOffset: number
  /** The smallest composition offset; 0 if none is negative. */
  readonly smallestOffset: number
  /** Whether a composition offset is not 0. */
  readonly hasOffsets: boolean
  /** Times of all samples; `null` if the fragment does not state them. */
  readonly shown: ShownSamples | null
  /** Whether the demuxer reads the fragment when it opens the file. */
  readonly isReadAhead: boolean
}

type TrackHead = {
  /** Number of ticks per second. */
  readonly timescale: number
  /** Whether `moov` itself has samples of the track, before the fragments. */
  readonly hasSamples: boolean
}

/**
 * Returns the delays with which libavformat (5.1 to 8.1) reports the frames of fragments. The demuxer delays
 * them by the most negative composition offset that it has read, with or without an edit list, so that no
 * decoding time exceeds its presentation time. The demuxer corrects this delay only for samples in `moov`.
 * Usually it reads all fragments when it opens the file. If a `sidx` covers the file, it reads the fragments
 * one by one, so the delay may grow later.
 */
export const latenessOf = (
  fragments: ReadonlyArray<FragmentTimes>,
  { timescale, hasSamples }: TrackHead,
): ReadonlyArray<Lateness> => {
  const late: Lateness[] = []
  const origin = hasSamples ? 0 : shownTicks(fragments[0])
  const initialDelay = fragments.reduce(
    (most, { isReadAhead, smallestOffset }) => (isReadAhead ? Math.max(most, -smallestOffset) : most),
    0,
  )
  let ticks = 0
  for (const [i, fragment] of fragments.entries()) {
    const next = Math.max(ticks, -fragment.smallestOffset, i === 0 ? initialDelay : 0)
    if (next === ticks) continue
    const from = shownTicks(fragment)
    const isFirst = i === 0 && !hasSamples
    if (!isFirst && (from === null || origin === null)) continue
    // The delay changes between two frames. The middle between the last frame before the change and the first
    // frame after it, as the engine reports them, is the time of the change.
    const fromTicks = isFirst ? 0 : (from ?? 0) - (origin ?? 0) + (ticks + next) / 2
    late.push({ fromSeconds: fromTicks / timescale, seconds: (next - ticks) / timescale })
    ticks = next
  }
  return late
}

const shownTicks = (fragment: FragmentTimes | undefined): number | null =>
  fragment === undefined || fragment.startTicks === null ? null : fragment.startTicks + fragment.firstOffset

export const latenessAtEnd = (late: ReadonlyArray<Lateness>): number =>
  late.reduce((sum, { seconds }) => sum + seconds, 0)

export const latenessAtStart = (late: ReadonlyArray<Lateness>): number =>
  latenessAtEnd(late.filter(({ fromSeconds }) => fromSeconds === 0))
