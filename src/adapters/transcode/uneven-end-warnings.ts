import type { MediaFacts } from '../../domain/ingest/plan/media-plan.ts'

/** Nearer to what the header says, ends are as good as said: headers of some formats estimate them. */
const UNTOLD_SECONDS = 1
const UNTOLD_SHARE = 0.05

/**
 * A warning where one of two streams ends long before the other, and the header does not say so: it was damaged, or
 * joined to another file in a format of which a decoder reads no more than the first. `null` for what is not known.
 */
export const unevenEndWarnings = (
  { video, audio }: MediaFacts,
  pictureSeconds: number | null,
  soundSeconds: number | null,
): ReadonlyArray<string> => {
  if (pictureSeconds === null || soundSeconds === null) return []
  const [pictures, sound] = [video?.endSeconds ?? null, audio?.endSeconds ?? null]
  const gap = soundSeconds - pictureSeconds
  const toldGap = pictures === null || sound === null ? 0 : sound - pictures
  // Ends that are nearer to each other than the header says are no loss: it may not count the last picture.
  const untoldGap = Math.abs(gap) - Math.max(0, toldGap * Math.sign(gap))
  const isTold = untoldGap <= Math.max(UNTOLD_SECONDS, UNTOLD_SHARE * Math.max(pictureSeconds, soundSeconds))
  return isTold
    ? []
    : [
        `its pictures end at ${pictureSeconds.toFixed(1)} s, and its sound at ${soundSeconds.toFixed(1)} s: the rest may be damaged, or may belong to a second file`,
      ]
}
