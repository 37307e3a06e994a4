import Router, { type RouterMiddleware } from '@koa/router'
import type { CorsPolicy } from './middleware/cors.ts'
import { answerRefused } from './middleware/refuse-with.ts'
import { optionsOfAll } from './response/reply.ts'
import { writeReply } from './response/response-writer.ts'

/** The routes under one path prefix. */
export type Routes = {
  readonly get: (path: string | string[], answer: RouterMiddleware) => void
  readonly middleware: () => RouterMiddleware
}

/**
 * The only place that matches paths. Letter case and slashes count. Per-route behaviour, such as CORS,
 * depends on the match alone (V8). `sharing`: CORS policy; `null`: pages of other sites have no access.
 */
export const createRoutes = (prefix: string, sharing: CorsPolicy | null = null): Routes => {
  const router = new Router({ prefix, sensitive: true, strict: true })
  return {
    get: (path, answer) => {
      if (sharing === null) {
        router.get(path, answerRefused, answer)
        router.options(path, answerRefused, (ctx) => writeReply(ctx, optionsOfAll))
        return
      }
      router.get(path, sharing.share, answerRefused, answer)
      router.options(path, sharing.share, answerRefused, sharing.preflight)
    },
    middleware: () => router.routes(),
  }
}
