import * as t from 'io-ts'
import { mediaEventTypes } from '../../ports/event-log.ts'
import { jobStates } from '../jobs/job.ts'
import { mediaStates } from '../jobs/media-state.ts'
import { AnyUid } from '../media/ids.ts'
import { mediaKinds } from '../media/media-kind.ts'
import { withDescription } from '../shared/json-schema.ts'
import { nullable } from '../shared/nullable.ts'
import { oneOf } from '../shared/one-of.ts'
import { Amount, Fraction, TimeText } from '../shared/reply-values.ts'

const feedTypes = [...mediaEventTypes, 'job.progress', 'reset'] as const

const states = [
  ...mediaStates,
  ...jobStates.filter((state) => state !== 'waiting' && state !== 'failed'),
] as const

/** The data of an event (http-api.md §12.3). The data of `reset` has no members, that of a deleted file two. */
const EventData = t.partial(
  {
    uid: withDescription(AnyUid, 'The uid of the file.'),
    kind: oneOf('media_kind', mediaKinds),
    title: nullable(t.string),
    state: withDescription(oneOf('event_state', states), 'The state of the file, or that of the job.'),
    public: t.boolean,
    reason: withDescription(t.string, 'Why there are no exports, if the state is failed.'),
    metadata: t.UnknownRecord,
    job: withDescription(AnyUid, 'The uid of the job.'),
    progress: Fraction,
    stage: nullable(t.string),
    speed: nullable(Amount),
    eta_seconds: nullable(Amount),
  },
  'EventData',
)

/** The `data` of an event of a stream, in JSON. */
export const EventJson = t.strict(
  { type: oneOf('event_type', feedTypes), timestamp: TimeText, data: EventData },
  'Event',
)
export type EventJson = t.TypeOf<typeof EventJson>
