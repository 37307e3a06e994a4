import { createHttpFetchList } from '../adapters/http/fetch-list.ts'
import type { PlaylistFetcher } from '../ports/list-fetcher.ts'

/** For what needs no library, such as to examine lists of any server. */
export const createFetchList = (): PlaylistFetcher =>
  createHttpFetchList({ timeoutSeconds: 20, maxBytes: 16 * 2 ** 20 })
