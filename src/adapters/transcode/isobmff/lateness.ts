/**
 * From a time on, the engine reports frames later than the file says, by so many seconds more. `fromSeconds`: from the
 * first frame of the track, where it belongs, to the time that the engine reports; 0: from the start.
 */
export type Lateness = { readonly fromSeconds: number; readonly seconds: number }

/** Times of one track in a fragment, in ticks. */
export type FragmentTimes = {
  readonly trackId: number
  /** Decoding time of its first sample; `null` if the fragment does not say. */
  readonly startTicks: number | null
  /** Composition offset of its first sample. */
  readonly firstOffset: number
  /** The smallest composition offset; 0 if none is negative. */
  readonly smallestOffset: number
  /** Whether the demuxer reads the fragment when it opens the file. */
  readonly isReadAhead: boolean
}

type TrackHead = {
  /** Ticks a second. */
  readonly timescale: number
  /** Whether `moov` has samples of the track, in front of the fragments. */
  readonly hasSamples: boolean
}

/**
 * By how much libavformat (5.1 to 8.1) reports the frames of fragments too late: by the most negative composition offset
 * that it has read, whether or not there is an edit list. It means to keep decoding times from exceeding presentation
 * times, and takes it back in `moov` alone. Usually it reads all fragments when it opens the file; where a `sidx` covers
 * the file, it reads them one by one.
 */
export const latenessOf = (
  fragments: ReadonlyArray<FragmentTimes>,
  { timescale, hasSamples }: TrackHead,
): ReadonlyArray<Lateness> => {
  const late: Lateness[] = []
  const origin = hasSamples ? 0 : shownTicks(fragments[0])
  const known = fragments.reduce(
    (most, { isReadAhead, smallestOffset }) => (isReadAhead ? Math.max(most, -smallestOffset) : most),
    0,
  )
  let ticks = 0
  for (const [i, fragment] of fragments.entries()) {
    const next = Math.max(ticks, -fragment.smallestOffset, i === 0 ? known : 0)
    if (next === ticks) continue
    const from = shownTicks(fragment)
    const isFirst = i === 0 && !hasSamples
    if (!isFirst && (from === null || origin === null)) continue
    // Between the last frame before the change and the first one after it, as they are reported.
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
