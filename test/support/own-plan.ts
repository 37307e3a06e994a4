import type { MediaPlan } from '../../src/domain/ingest/media-plan.ts'
import { hasLostSound } from '../../src/domain/ingest/silent-film.ts'
import type { Transcoded } from '../../src/ports/transcoder.ts'

/** What of a plan must be there: not its sound, where none could be decoded. */
export const ownPlan = (plan: MediaPlan, made: Transcoded): MediaPlan =>
  hasLostSound(plan, made) ? { ...plan, audio: [] } : plan
