import { createHttpPlaylistFetcher } from '../adapters/http/http-playlist-fetcher.ts'
import type { PlaylistFetcher } from '../ports/playlist-fetcher.ts'

/** Creates a fetcher for commands that need no library, such as a check of another server's playlists. */
export const createPlaylistFetcher = (): PlaylistFetcher =>
  createHttpPlaylistFetcher({ timeoutSeconds: 20, maxBytes: 16 * 2 ** 20 })
