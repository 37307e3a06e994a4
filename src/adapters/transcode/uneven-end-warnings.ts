import type { MediaFacts } from '../../domain/ingest/plan/media-plan.ts'

/**
 * Minimum undeclared difference that is reported, in seconds, and as a share of the longer stream. Smaller
 * differences are not reported, because the headers of some formats contain estimates.
 */
const MIN_SECONDS = 1
const MIN_SHARE = 0.05

/**
 * Returns a warning if one of the two streams ends long before the other, and the header does not declare
 * this difference. In that case the file is damaged, or consists of several files of which a decoder reads
 * only the first. The lengths are in seconds; `null` if unknown.
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
  // If the two ends are closer than the header declares, nothing is missing, because the header may omit the
  // duration of the last frame.
  const undeclaredGap = Math.abs(gap) - Math.max(0, declaredGap * Math.sign(gap))
  const isNegligible =
    undeclaredGap <= Math.max(MIN_SECONDS, MIN_SHARE * Math.max(videoSeconds, audioSeconds))
  return isNegligible
    ? []
    : [
        `its pictures end at ${videoSeconds.toFixed(1)} s, and its sound at ${audioSeconds.toFixed(1)} s: the rest may be damaged, or may belong to a second file`,
      ]
}
