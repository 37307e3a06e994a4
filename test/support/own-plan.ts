import type { MediaPlan } from '../../src/domain/ingest/plan/media-plan.ts'
import { hasLostSound } from '../../src/domain/ingest/plan/silent-film.ts'
import type { Transcoded } from '../../src/ports/transcoder.ts'

/** The plan that the output must satisfy: without audio where none could be decoded. */
export const ownPlan = (plan: MediaPlan, made: Transcoded): MediaPlan =>
  hasLostSound(plan, made) ? { ...plan, audio: [] } : plan
