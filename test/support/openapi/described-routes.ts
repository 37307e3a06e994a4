import { defaultHttpLimits } from '../../../src/http/http-limits.ts'
import { createTrafficCounters } from '../../../src/http/middleware/traffic-counters.ts'
import type { DescribedRoute } from '../../../src/http/openapi/route-outline.ts'
import type { RouteHandler } from '../../../src/http/route-handler.ts'
import { createAllRoutes } from '../../../src/http/routes/all-routes.ts'
import { createMemoryLarder } from '../memory-larder.ts'

/** Returns all routes of Larder without their handlers. */
export const describedRoutes = async (): Promise<ReadonlyArray<DescribedRoute>> => {
  const handle: RouteHandler = (outline) => ({
    middleware: async () => undefined,
    maxBodyBytes: null,
    outline,
  })
  const larder = await createMemoryLarder()
  // The casts are safe: routes are only declared here, and no handler runs that would use what is missing.
  const groups = createAllRoutes(
    {
      ...larder,
      corsOrigins: ['*'],
      limits: defaultHttpLimits,
      traffic: createTrafficCounters(),
      consoleAssets: new Map(),
      lifecycle: { isStopping: () => false },
    } as unknown as Parameters<typeof createAllRoutes>[0],
    { handle, refusals: { counts: () => [] } } as unknown as Parameters<typeof createAllRoutes>[1],
  )
  return groups.flatMap((group) => group.described())
}
