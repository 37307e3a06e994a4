import { createHttpFetchList } from '../adapters/http/fetch-list.ts'
import type { PlaylistFetcher } from '../ports/playlist-fetcher.ts'

/** For commands that need no library, such as a check of another server's playlists. */
export const createFetchList = (): PlaylistFetcher =>
  createHttpFetchList({ timeoutSeconds: 20, maxBytes: 16 * 2 ** 20 })
