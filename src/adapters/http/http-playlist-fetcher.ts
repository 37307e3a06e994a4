import { type Refused, refused, unavailable } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import type { BearerToken, PlaylistFetcher } from '../../ports/playlist-fetcher.ts'

type HttpPlaylistFetcherOptions = {
  /** Maximum time in seconds until the response is complete. */
  readonly timeoutSeconds: number
  /** Maximum size of a playlist in bytes, after decompression. */
  readonly maxBytes: number
}

const isHttp = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)

const readWhole = async (
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
): Promise<E.Either<Refused, Uint8Array>> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > maxBytes) return E.left(refused(`is longer than ${maxBytes} bytes`))
    chunks.push(chunk)
  }
  return E.right(Buffer.concat(chunks))
}

/** Returns the cause of an error from `fetch`, whose own message is only "fetch failed". */
const reasonOf = (error: unknown): unknown => (error instanceof Error && error.cause) || error

const authorizationFor = (url: string, bearer: BearerToken | null): Readonly<Record<string, string>> =>
  bearer !== null && new URL(url).origin === bearer.origin ? { authorization: `bearer ${bearer.jwt}` } : {}

/** Fetches playlists over HTTP. A redirect is reported and not followed, because Larder itself sends none. */
export const createHttpPlaylistFetcher =
  ({ timeoutSeconds, maxBytes }: HttpPlaylistFetcherOptions): PlaylistFetcher =>
  (bearer) =>
  (url) =>
  async () => {
    if (!isHttp(url)) return E.left(refused('is no http or https address'))
    try {
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { 'accept-encoding': 'gzip', ...authorizationFor(url, bearer) },
        signal: AbortSignal.timeout(timeoutSeconds * 1000),
      })
      if (response.status !== 200) {
        await response.body?.cancel()
        return E.left(refused(`answers ${response.status}`))
      }
      const bytes = await readWhole(response.body, maxBytes)
      if (E.isLeft(bytes)) return bytes
      return E.right({
        // A byte order mark violates the rules for playlists, so the text that is checked must still contain
        // it.
        text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.right),
        contentType: response.headers.get('content-type'),
        contentEncoding: response.headers.get('content-encoding'),
      })
    } catch (cause) {
      return E.left(unavailable('server of the playlist')(reasonOf(cause)))
    }
  }
