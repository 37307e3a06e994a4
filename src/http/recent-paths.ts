import { fnv1a } from '../domain/shared/fnv1a.ts'
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
 * Returns a hash of the path. A collision does no harm, because it only puts a request into the wrong lane of
 * the admission queue. The number is signed, because V8 stores it in a Set without an object of its own.
 */
const hashOf = (url: string): number => fnv1a(pathOf(url)) | 0

/**
 * Creates a record of between `count` and 2 × `count` recent paths. The older half is dropped all at once.
 * The record contains hashes, and no text from clients.
 */
export const createRecentPaths = (count = 32_768): RecentPaths => {
  let newer = new Set<number>()
  let older = new Set<number>()
  return {
    add: (url) => {
      newer.add(hashOf(url))
      if (newer.size < count) return
      older = newer
      newer = new Set()
    },
    has: (url) => {
      const hash = hashOf(url)
      return newer.has(hash) || older.has(hash)
    },
  }
}
