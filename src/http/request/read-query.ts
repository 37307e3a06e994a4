import type { Incoming } from './incoming.ts'

/**
 * The parameters of a query (WHATWG URL, application/x-www-form-urlencoded); one that is there more than once is a list.
 *
 * In one pass: Koa's own reading looks through all parameters for each of them, so that one long request without a
 * token would stop this process for half a second.
 */
export const readQuery = (text: string): Incoming['query'] => {
  // Without a prototype: `__proto__` is a name like any other.
  const query: Record<string, string | string[]> = Object.create(null)
  if (text === '') return query
  for (const [name, value] of new URLSearchParams(text)) {
    const known = query[name]
    if (known === undefined) query[name] = value
    else if (Array.isArray(known)) known.push(value)
    else query[name] = [known, value]
  }
  return query
}
