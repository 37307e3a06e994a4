import type { IncomingHttpHeaders } from 'node:http'
import * as t from 'io-ts'
import { scaleSize } from '../../domain/hls/size-comparison.ts'
import type { ImagePreferences } from '../../domain/playlist/best-export.ts'
import { PixelRatio, Pixels } from '../../domain/shared/query-numbers.ts'
import { E } from '../../fp.ts'
import { acceptedImageFormats, unacceptedImageFormats } from '../bytes/accept.ts'
import { ImageFormatName } from './query-codecs.ts'

/**
 * The query of a route that selects an export. `w`, `h`: CSS pixels; `dpr`: device pixels per CSS pixel;
 * `fmt`: the only format (http-api.md §4.4).
 */
export const ImageQuery = t.partial({ w: Pixels, h: Pixels, dpr: PixelRatio, fmt: ImageFormatName })
type ImageQuery = t.TypeOf<typeof ImageQuery>

/** The client hints that a server must request (RFC 8942 §3.1); clients send Save-Data without a request. */
export const acceptClientHints = 'Sec-CH-DPR, Sec-CH-Width'

const hint = <A>(codec: t.Type<A, unknown, unknown>, header: unknown): A | undefined => {
  const value = codec.decode(header)
  return E.isRight(value) ? value.right : undefined
}

const savesData = (headers: IncomingHttpHeaders): boolean => /^on\b/i.test(String(headers['save-data'] ?? ''))

/**
 * Returns the image preferences and the request headers on which they depend. A parameter overrides its hint.
 * `Sec-CH-Width` is in device pixels (https://wicg.github.io/responsive-image-client-hints), and is converted
 * to CSS pixels first. A client that sends Save-Data gets one device pixel per CSS pixel.
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
