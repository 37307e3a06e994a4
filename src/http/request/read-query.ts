import type { IncomingRequest } from './incoming.ts'

/**
 * Parses a query string (WHATWG URL, application/x-www-form-urlencoded). A repeated parameter becomes a list.
 *
 * Runs in linear time. Koa's parser, which takes quadratic time, is not used: one long request without a
 * token would block this process for half a second.
 */
export const parseQuery = (text: string): IncomingRequest['query'] => {
  // An object without a prototype is used, so that `__proto__` is an ordinary parameter name.
  const query: Record<string, string | string[]> = Object.create(null)
  if (text === '') return query
  for (const [name, value] of new URLSearchParams(text)) {
    const previous = query[name]
    if (previous === undefined) query[name] = value
    else if (Array.isArray(previous)) previous.push(value)
    else query[name] = [previous, value]
  }
  return query
}
