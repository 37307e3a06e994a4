import type { MediaFacts } from '../../domain/ingest/plan/media-plan.ts'

/** A smaller difference to the header is not reported: headers of some formats are estimates. */
const MIN_SECONDS = 1
const MIN_SHARE = 0.05

/**
 * Returns a warning if one of the two streams ends long before the other, and the header does not declare it: the file is
 * damaged, or consists of several files of which a decoder reads only the first. `null`: the length is unknown.
 */
export const unevenEndWarnings = (
  { video, audio }: MediaFacts,
  videoSeconds: number | null,
  audioSeconds: number | null,
): ReadonlyArray<string> => {
  if (videoSeconds === null || audioSeconds === null) return []
  const [videoEnd, audioEnd] = [video?.endSeconds ?? null, audio?.endSeconds ?? null]
  const gap = audioSeconds - videoSeconds
  const declaredGap = videoEnd === null || audioEnd === null ? 0 : audioEnd - videoEnd
  // Ends that are closer than the header declares are no loss: it may not count the last frame.
  const undeclaredGap = Math.abs(gap) - Math.max(0, declaredGap * Math.sign(gap))
  const isNegligible =
    undeclaredGap <= Math.max(MIN_SECONDS, MIN_SHARE * Math.max(videoSeconds, audioSeconds))
  return isNegligible
    ? []
    : [
        `its pictures end at ${videoSeconds.toFixed(1)} s, and its sound at ${audioSeconds.toFixed(1)} s: the rest may be damaged, or may belong to a second file`,
      ]
}
