import type { MediaState } from '../../domain/jobs/media-state.ts'
import { jsonReply, type Reply } from './reply.ts'

/** Returns the reply with the state of a file (http-api.md §5.11). */
export const mediaStateReply = ({ etaSeconds, ...state }: MediaState): Reply =>
  jsonReply({ ...state, eta_seconds: etaSeconds })
