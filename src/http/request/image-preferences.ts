import type { IncomingHttpHeaders } from 'node:http'
import * as t from 'io-ts'
import { scaleSize } from '../../domain/media/size-comparison.ts'
import type { ImagePreferences } from '../../domain/playlist/best-export.ts'
import { PixelRatio, Pixels } from '../../domain/shared/query-numbers.ts'
import { E } from '../../fp.ts'
import { acceptedImageFormats, unacceptedImageFormats } from './accept.ts'
import { ImageFormatName } from './query-codecs.ts'

/**
 * The query of a route that selects an export. `w` and `h` are the size in CSS pixels, `dpr` is the number of
 * device pixels per CSS pixel, and `fmt` is the only format that may be sent (http-api.md §4.4).
 */
export const ImageQuery = t.partial({ w: Pixels, h: Pixels, dpr: PixelRatio, fmt: ImageFormatName })
type ImageQuery = t.TypeOf<typeof ImageQuery>

/**
 * The client hints that clients send only if a server requests them (RFC 8942 §3.1). Save-Data is not among
 * them, because clients send it without a request.
 */
export const acceptClientHints = 'Sec-CH-DPR, Sec-CH-Width'

const hint = <A>(codec: t.Type<A, unknown, unknown>, header: unknown): A | undefined => {
  const value = codec.decode(header)
  return E.isRight(value) ? value.right : undefined
}

const savesData = (headers: IncomingHttpHeaders): boolean => /^on\b/i.test(String(headers['save-data'] ?? ''))

/**
 * Returns the image preferences and the request headers on which they depend. A query parameter takes
 * precedence over the client hint for the same preference. `Sec-CH-Width` is in device pixels
 * (https://wicg.github.io/responsive-image-client-hints), and is converted to CSS pixels first. A client that
 * sends Save-Data gets one device pixel per CSS pixel.
 */
export const readImagePreferences = (
  query: ImageQuery,
  headers: IncomingHttpHeaders,
): { readonly preferences: ImagePreferences; readonly vary: ReadonlyArray<string> } => {
  const hintedRatio = hint(PixelRatio, headers['sec-ch-dpr']) ?? 1
  const hintedWidth = hint(Pixels, headers['sec-ch-width'])
  const width = query.w ?? (hintedWidth === undefined ? undefined : hintedWidth / hintedRatio)
  const ratio = query.dpr ?? (savesData(headers) ? 1 : hintedRatio)
  const vary = [
    ...(query.fmt === undefined ? ['Accept'] : []),
    ...(query.dpr === undefined || query.w === undefined ? ['Sec-CH-DPR'] : []),
    ...(query.w === undefined ? ['Sec-CH-Width'] : []),
    ...(query.dpr === undefined ? ['Save-Data'] : []),
  ]
  return {
    preferences: {
      formats: query.fmt === undefined ? acceptedImageFormats(headers.accept) : [query.fmt],
      otherwise: query.fmt === undefined ? unacceptedImageFormats(headers.accept) : [],
      size:
        width === undefined && query.h === undefined
          ? null
          : scaleSize({ width: width ?? 0, height: query.h ?? 0 }, ratio),
    },
    vary,
  }
}
