import * as t from 'io-ts'
import { mediaEventTypes } from '../../ports/event-log.ts'
import { notedSchema, withSchema } from '../shared/json-schema.ts'
import { oneOf } from '../shared/one-of.ts'
import { refine } from '../shared/refine.ts'

const EventType = oneOf('event', mediaEventTypes)

/** Types of events without repetitions. */
export const WebhookEventList = withSchema(
  refine(
    'events',
    (u): u is ReadonlyArray<t.TypeOf<typeof EventType>> =>
      t.readonlyArray(EventType).is(u) && u.length > 0 && new Set(u).size === u.length,
    `should be a list of different types of events: ${mediaEventTypes.join(', ')}`,
  ),
  {
    type: 'array',
    items: notedSchema(EventType),
    minItems: 1,
    uniqueItems: true,
    description: 'Types of events that it receives. Without it, it receives all.',
  },
)
