import Router, { type RouterMiddleware } from '@koa/router'
import type { CorsPolicy } from './middleware/cors.ts'
import { answerRefused } from './middleware/refuse-with.ts'
import { optionsOfAll } from './response/reply.ts'
import { writeReply } from './response/response-writer.ts'

/** The routes below one path. */
export type Routes = {
  readonly get: (path: string | string[], answer: RouterMiddleware) => void
  readonly middleware: () => RouterMiddleware
}

/**
 * Paths are read here and nowhere else: letter case and slashes count, and what belongs to a route, such as CORS, goes
 * with its match (V8). `sharing`: whether pages of other sites may ask; `null`: they may not.
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
