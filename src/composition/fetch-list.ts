import { createHttpFetchList } from '../adapters/http/fetch-list.ts'
import type { FetchListAs } from '../ports/list-fetcher.ts'

/** For what needs no library, such as to examine lists of any server. */
export const createFetchList = (): FetchListAs =>
  createHttpFetchList({ timeoutSeconds: 20, maxBytes: 16 * 2 ** 20 })
