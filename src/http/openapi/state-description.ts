import { MediaStateJson } from '../../domain/jobs/media-state-json.ts'
import { jsonOf } from './reply-descriptions.ts'
import type { RouteDescription } from './route-description.ts'

/** Describes the routes of the state of a file (http-api.md §5.11). */
export const stateOf: Pick<RouteDescription, 'summary' | 'description' | 'headers' | 'replies' | 'errors'> = {
  summary: 'Says whether the exports are ready, how far they are, or why there are none.',
  description:
    'With `Accept: text/event-stream`, a stream of events: one at once, and one after each change. `id` is the state, `data` the same JSON.',
  headers: ['Last-Event-ID'],
  replies: {
    200: {
      ...jsonOf(MediaStateJson, 'The state, or a stream of its changes.'),
      content: { 'application/json': MediaStateJson, 'text/event-stream': null },
    },
    204: {
      description: 'The client knows the final state already: it need not connect again.',
      content: {},
      headers: ['Cache-Control'],
    },
  },
  errors: [404],
}
