import type { Refused, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** A list as it was served; the headers are `null` where they were not sent. */
export type FetchedList = {
  /** Byte order mark and all, without its coding. */
  readonly text: string
  readonly contentType: string | null
  readonly contentEncoding: string | null
}

/**
 * Fetches an m3u8 list as a player that takes gzip would. `Refused` when the server answers something else than the
 * list, and says what; `Unavailable` when there is no answer in time.
 */
export type FetchList = (url: string) => TE.TaskEither<Refused | Unavailable, FetchedList>

/** A media token for the header. It is sent to this origin and to no other (http-api.md §3.1). */
export type BearerToken = { readonly origin: string; readonly jwt: string }

/** `null` for whoever has his token in the address, or none. */
export type PlaylistFetcher = (bearer: BearerToken | null) => FetchList
