import * as t from 'io-ts'
import type { Presign } from '../../domain/access/viewer.ts'
import { withSchema } from '../../domain/shared/json-schema.ts'
import { E } from '../../fp.ts'
import { IMAGE_FORMATS, type ImageFormat } from './accept.ts'

// The query codecs. In a 422, the name of a codec is the `type` of the fault, and its failure message is the
// `msg`.

const yes = ['1', 'true', 'on', 'yes', 't', 'y']
const no = ['0', 'false', 'off', 'no', 'f', 'n']

/** A boolean in a query (http-api.md §1.3). */
export const QueryBoolean = withSchema(
  new t.Type<boolean, string, unknown>(
    'boolean',
    t.boolean.is,
    (u, context) => {
      const word = typeof u === 'string' ? u.toLowerCase() : ''
      if (yes.includes(word)) return t.success(true)
      return no.includes(word)
        ? t.success(false)
        : t.failure(u, context, 'should be one of 1 0 true false on off yes no t f y n')
    },
    (value) => (value ? '1' : '0'),
  ),
  { type: 'string', enum: ['1', '0', 'true', 'false'], description: 'A boolean.' },
)

const isImageFormat = (u: unknown): u is ImageFormat => IMAGE_FORMATS.some((format) => format === u)

/** An image format in a query. `jpg` is an alias of `jpeg`. */
export const ImageFormatName = withSchema(
  new t.Type<ImageFormat, string, unknown>(
    'image_format',
    isImageFormat,
    (u, context) => {
      const format = u === 'jpg' ? 'jpeg' : u
      return isImageFormat(format)
        ? t.success(format)
        : t.failure(u, context, `should be one of ${IMAGE_FORMATS.join(' ')} jpg`)
    },
    (format) => format,
  ),
  { type: 'string', enum: [...IMAGE_FORMATS, 'jpg'], description: 'The only format that may be sent.' },
)

const presign = <const P extends Presign>(modes: ReadonlyArray<P>) => {
  const is = (u: unknown): u is P | 'none' | 'query' =>
    u === 'none' || u === 'query' || modes.some((mode) => mode === u)
  return withSchema(
    new t.Type<P | 'none' | 'query', string, unknown>(
      'presign',
      is,
      (u, context) => {
        if (is(u)) return t.success(u)
        const flag = QueryBoolean.decode(u)
        return E.isRight(flag)
          ? t.success(flag.right ? 'query' : 'none')
          : t.failure(u, context, `should be none, query, ${modes.join(', ')} or a boolean`)
      },
      (mode) => mode,
    ),
    {
      type: 'string',
      enum: ['none', 'query', ...modes, '1', '0'],
      description:
        'How the token travels to the URLs in the list. Without it, the place of the token decides.',
    },
  )
}

/**
 * The codecs of the `presign` parameter: for playlists with absolute URLs, and for m3u8 playlists
 * (http-api.md §3).
 */
export const PresignUrls = presign(['path'])
export const PresignM3u8 = presign(['path', 'define'])
