import type { Refused, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** A playlist as it was served. Headers that were not sent are `null`. */
export type FetchedPlaylist = {
  /** Decoded from its content coding; a byte order mark is kept. */
  readonly text: string
  readonly contentType: string | null
  readonly contentEncoding: string | null
}

/**
 * Fetches an m3u8 playlist as a player that accepts gzip would. Fails with `Refused`, which says what the
 * server sent, if that is no playlist; and with `Unavailable` if there is no answer in time.
 */
export type FetchPlaylist = (url: string) => TE.TaskEither<Refused | Unavailable, FetchedPlaylist>

/** A media token for the Authorization header. It is sent to this origin only (http-api.md §3.1). */
export type BearerToken = { readonly origin: string; readonly jwt: string }

/** `null`: the token is in the URL, or there is none. */
export type PlaylistFetcher = (bearer: BearerToken | null) => FetchPlaylist
