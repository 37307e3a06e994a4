import { hasLostAudio } from '../../src/domain/ingest/plan/lost-audio.ts'
import type { MediaPlan } from '../../src/domain/ingest/plan/media-plan.ts'
import type { TranscodeResult } from '../../src/ports/transcoder.ts'

/** The plan that the output must satisfy. It has no audio if none could be decoded. */
export const planWithoutLostAudio = (plan: MediaPlan, made: TranscodeResult): MediaPlan =>
  hasLostAudio(plan, made) ? { ...plan, audio: [] } : plan
