import type { Monotonic } from '../../ports/monotonic.ts'
import { type JobProgress, noProgress } from './job.ts'

/** Is called by work that takes long. */
export type WorkReport = {
  /** Reports the fraction of the work that is finished (0 to 1). */
  readonly onProgress: (fraction: number) => void
  /** Reports the step that begins, in plain words. */
  readonly onStage: (stage: string) => void
}

/** Below this fraction, the estimates of speed and time are too rough to be shown. */
const minFraction = 0.02

/**
 * Creates a report that remembers the latest progress. Speed and time are estimated from the moment at which
 * the current step began. `durationSeconds` is the duration of the media; `null` if it is unknown.
 */
export const createProgressMeter = (durationSeconds: number | null, monotonic: Monotonic) => {
  let current = noProgress
  let stageStart = monotonic()
  const report: WorkReport = {
    onStage: (stage) => {
      stageStart = monotonic()
      current = { ...current, stage }
    },
    onProgress: (fraction) => {
      const seconds = (monotonic() - stageStart) / 1000
      const isMeasured = fraction >= minFraction && seconds > 0
      current = {
        ...current,
        progress: fraction,
        speed: isMeasured && durationSeconds !== null ? (fraction * durationSeconds) / seconds : null,
        etaSeconds: isMeasured ? (seconds * (1 - fraction)) / fraction : null,
      }
    },
  }
  return { report, progress: (): JobProgress => current }
}
