import type { RouteDescription } from '../../src/http/openapi/route-description.ts'

/** The description of a route that exists in a test only. */
export const undescribed: RouteDescription = {
  id: 'test',
  tag: 'service',
  summary: 'A route of a test.',
  replies: {},
}
