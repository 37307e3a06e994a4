import { LarderError } from './larder-error.ts'
import { SilentStream } from './read-events.ts'

/** Number of failed requests in a row after which a wait fails, too: about a minute, in which a server can restart. */
export const mostFailures = 10

/** Whether the same request may succeed later: what failed is the way to the server, or a server that restarts. */
export const mayComeBack = (error: unknown): boolean =>
  error instanceof SilentStream ||
  (error instanceof LarderError
    ? ['unreachable', 'timed_out', 'unexpected_reply'].includes(error.type) || error.status >= 500
    : error instanceof TypeError || error instanceof SyntaxError)
