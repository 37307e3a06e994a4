import * as t from 'io-ts'
import { withDescription } from '../shared/json-schema.ts'
import { nullable } from '../shared/nullable.ts'
import { oneOf } from '../shared/one-of.ts'
import { Amount, Fraction } from '../shared/reply-values.ts'
import { type MediaState, mediaStates } from './media-state.ts'

/** The state of a file as viewers see it (http-api.md §5.11). */
export const MediaStateJson = t.strict(
  {
    state: oneOf('media_state', mediaStates),
    progress: withDescription(nullable(Fraction), 'The part of the work that is finished.'),
    stage: withDescription(nullable(t.string), 'The current step in plain words.'),
    eta_seconds: withDescription(nullable(Amount), 'Estimated seconds until the exports are ready.'),
    reason: withDescription(nullable(t.string), 'Why there are no exports; null unless the state is failed.'),
  },
  'MediaState',
)
type MediaStateJson = t.TypeOf<typeof MediaStateJson>

/** Returns the state of a file in the form of http-api.md §5.11. */
export const mediaStateAsJson = ({ etaSeconds, ...state }: MediaState): MediaStateJson => ({
  ...state,
  eta_seconds: etaSeconds,
})
