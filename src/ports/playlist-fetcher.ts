import type { Refused, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** A playlist as the server sent it. `null`: the server did not send this header. */
export type FetchedPlaylist = {
  /** The text without its content coding. A byte order mark is not removed. */
  readonly text: string
  readonly contentType: string | null
  readonly contentEncoding: string | null
}

/**
 * Fetches an m3u8 playlist like a player that accepts gzip. Fails with `Refused` if the server does not send
 * a playlist (the message says what it sent), and with `Unavailable` if the server does not answer in time.
 */
export type FetchPlaylist = (url: string) => TE.TaskEither<Refused | Unavailable, FetchedPlaylist>

/** A media token for the Authorization header. It is sent to this origin only (http-api.md §3.1). */
export type BearerToken = { readonly origin: string; readonly jwt: string }

/** Returns a fetcher that sends this token. `null`: the token is in the URL, or there is none. */
export type PlaylistFetcher = (bearer: BearerToken | null) => FetchPlaylist
