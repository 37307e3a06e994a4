import { withoutPathToken } from './request/path-token.ts'

/**
 * Records the paths of recent successful replies, to distinguish likely cache hits from misses under
 * overload.
 */
type RecentPaths = {
  readonly add: (url: string) => void
  readonly has: (url: string) => boolean
}

/** Returns the path of a URL without its token and without the query. */
const pathOf = (url: string): string => {
  const query = url.indexOf('?')
  return withoutPathToken(query === -1 ? url : url.slice(0, query))
}

/**
 * Returns the FNV-1a hash (32 bits). A collision does no harm, because it only puts a request into the wrong
 * lane of the admission queue.
 */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

/**
 * Creates a record of between `count` and 2 × `count` recent paths. The older half is dropped all at once.
 * The record contains hashes, and no text from clients.
 */
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
