import { createChunkVerification } from '../src/adapters/cache/disk/verified-chunks.ts'
import { createBreaker } from '../src/adapters/platform/breaker.ts'
import { createOutageLog } from '../src/domain/health/outage-log.ts'
import { startDeadline } from '../src/http/middleware/deadline.ts'
import type { Clock } from '../src/ports/clock.ts'
import { silentLog } from './support/recording-log.ts'

// Code that must not compile: `tsc` fails if one of these lines is no longer an error.

const clock: Clock = Date.now

export const refusals = [
  // @ts-expect-error a breaker would stay open when the clock is set back
  () => createBreaker({ openMs: 1000, monotonic: clock }),

  // @ts-expect-error verified chunks would be trusted for longer
  () => createChunkVerification(clock),

  // @ts-expect-error an outage would not be logged again
  () => createOutageLog(silentLog, clock),

  // @ts-expect-error a request would wait for longer
  () => startDeadline(1000, clock),
]
