/** Remembers which paths had a good reply lately, so that overload can tell likely cache hits from misses. */
export type RecentPaths = {
  readonly add: (url: string) => void
  readonly has: (url: string) => boolean
}

const tokenSegment = /^\/api\/1\/~[^/]*/

/** The path alone: neither the token in it, nor the query. */
const pathOf = (url: string): string => {
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  return path.startsWith('/api/1/~') ? path.replace(tokenSegment, '/api/1') : path
}

/** FNV-1a, 32 bits. A collision costs a request its place in the queue, and nothing else. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}

/** Bounded: `count` to twice as many hashes, the oldest half dropped at once. No text of a client is kept. */
export const createRecentPaths = (count = 32_768): RecentPaths => {
  let newer = new Set<number>()
  let older = new Set<number>()
  return {
    add: (url) => {
      newer.add(hashOf(pathOf(url)))
      if (newer.size < count) return
      older = newer
      newer = new Set()
    },
    has: (url) => {
      const hash = hashOf(pathOf(url))
      return newer.has(hash) || older.has(hash)
    },
  }
}
