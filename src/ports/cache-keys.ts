import * as t from 'io-ts'
import { ContentPartFile, VodMeta } from '../domain/media/content-export.ts'
import {
  ContentExportUid,
  ContentFileUid,
  ContentPartUid,
  ImageExportUid,
  ImageFileUid,
  StoredFileUid,
} from '../domain/media/ids.ts'
import { ImageExportFile } from '../domain/media/image-export.ts'
import { BlobFacts } from './blob-cache.ts'
import type { CacheKey } from './cache.ts'

type ParamsOf<T extends string> = T extends `${string}{${infer P}}${infer Rest}` ? P | ParamsOf<Rest> : never

const never = () => false

/** Defines a family of keys. `params` must contain exactly the parameters of the template. */
const family = <const T extends string, P extends Readonly<Record<ParamsOf<T>, t.Mixed>>, A>(
  template: T,
  spec: {
    readonly params: P
    readonly value: t.Type<A, unknown, unknown>
    /** Lifetime of the value in seconds; `null` if the value cannot change. */
    readonly ttlSeconds: number | null
    /** Whether a value is negative, as in CacheKey. By default no value is negative. */
    readonly isNegative?: (value: A) => boolean
    /** Description of the keys for docs/cache-keys.md. */
    readonly about: string
    /** Format of the value, for docs/cache-keys.md. */
    readonly form: string
  },
) => {
  const isNegative = spec.isNegative ?? never
  // The template is split only once, because a name is built for each request. In the result, text and
  // parameter names alternate.
  const pieces = template.split(/\{(\w+)\}/)
  const keyFor = (params: { readonly [K in keyof P]: t.TypeOf<P[K]> }): CacheKey<A> => ({
    name: pieces.map((piece, index) => (index % 2 === 0 ? piece : String(params[piece as keyof P]))).join(''),
    family: template,
    codec: spec.value,
    ttlSeconds: spec.ttlSeconds,
    isNegative,
  })
  return Object.assign(keyFor, { template, ...spec })
}

/** Encodes `true` as `1`, `false` as `0`. */
const Flag = new t.Type<boolean, string, unknown>(
  'Flag',
  t.boolean.is,
  (u, context) => (u === '1' ? t.success(true) : u === '0' ? t.success(false) : t.failure(u, context)),
  (flag) => (flag ? '1' : '0'),
)

const isFalse = (flag: boolean): boolean => !flag

/** All cache keys of this service. Each kind of cached value must have an entry here. */
export const cacheKeys = {
  imagePlaylist: family('image_files:playlist:{uid}', {
    params: { uid: ImageFileUid },
    value: t.string,
    ttlSeconds: 900,
    about: 'The body of an image playlist that needs no presigning.',
    form: 'JSON text, http-api.md §4.1',
  }),
  imageExport: family('image_files:exports:{uid}', {
    params: { uid: ImageExportUid },
    value: ImageExportFile,
    ttlSeconds: null,
    about: 'The stored file of an image export, and the image file that it belongs to.',
    form: '`{file_size, image_file_uid, height, s3_file_uid, s3_file_key, content_type, sha256, stored_at}`',
  }),
  imagePublic: family('image_files:public:{uid}', {
    params: { uid: ImageFileUid },
    value: Flag,
    ttlSeconds: 600,
    isNegative: isFalse,
    about: 'Whether an image may be requested without a token.',
    form: '`1` or `0`',
  }),
  storedFile: family('s3_files:{uid}', {
    params: { uid: StoredFileUid },
    value: BlobFacts,
    ttlSeconds: null,
    about: 'The bytes of a stored file. They are a file beside the values, and this is its record.',
    form: '`{size, sha256}` and the bytes',
  }),
  isAdmin: family('auth:is_admin:{sub}', {
    params: { sub: t.string },
    value: Flag,
    ttlSeconds: 900,
    isNegative: isFalse,
    about: 'Whether the user with this subject is an admin.',
    form: '`1` or `0`',
  }),
  contentPart: family('content_files:exports:parts:{uid}', {
    params: { uid: ContentPartUid },
    value: ContentPartFile,
    ttlSeconds: null,
    about: 'The stored file of a part, and the content file that it belongs to.',
    form: '`{content_file_uid, content_file_export_uid, format, height, start_seconds, end_seconds, s3_file_uid, s3_file_key, content_type, file_size, sha256, stored_at}`',
  }),
  webPlaylist: family('content_files:playlists:web:{uid}', {
    params: { uid: ContentFileUid },
    value: t.string,
    ttlSeconds: 900,
    about: 'The web playlist as if it did not require presigning.',
    form: 'JSON text, http-api.md §5.1',
  }),
  mobilePlaylist: family('content_files:playlists:mobile:{uid}', {
    params: { uid: ContentFileUid },
    value: t.string,
    ttlSeconds: 900,
    about: 'The master playlist of a content file, unsigned and unfiltered.',
    form: 'm3u8 text, http-api.md §5.2',
  }),
  dashManifest: family('content_files:playlists:dash:{uid}', {
    params: { uid: ContentFileUid },
    value: t.string,
    ttlSeconds: 900,
    about: 'The DASH manifest of a content file, unsigned and whole.',
    form: 'MPD text, http-api.md §5.8',
  }),
  contentPublic: family('content_files:public:{uid}', {
    params: { uid: ContentFileUid },
    value: Flag,
    ttlSeconds: 600,
    isNegative: isFalse,
    about: 'Whether a sound or film may be requested without a token.',
    form: '`1` or `0`',
  }),
  vodMeta: family('content_files:vods:{uid}:meta', {
    params: { uid: ContentExportUid },
    value: VodMeta,
    ttlSeconds: null,
    about: 'The content file that an export belongs to, and the height of the export.',
    form: '`{content_file_uid, height}`',
  }),
  vodPlaylist: family('content_files:vods:{uid}:m3u', {
    params: { uid: ContentExportUid },
    value: t.string,
    ttlSeconds: null,
    about: 'The media playlist of an export, unsigned.',
    form: 'm3u8 text, http-api.md §5.6',
  }),
  vodIFrames: family('content_files:vods:{uid}:iframes', {
    params: { uid: ContentExportUid },
    value: t.string,
    ttlSeconds: null,
    about: 'The I-frame playlist of an export, unsigned.',
    form: 'm3u8 text, RFC 8216bis §4.4.3.6',
  }),
}

/** Returns whether a name is that of a blob, which `BlobCache` stores, and not that of a value. */
export const isBlobName = (name: string): boolean => name.startsWith(blobNamePrefix)

const blobNamePrefix = cacheKeys.storedFile.template.replace(/\{.*/, '')

const templates = Object.values(cacheKeys).map(({ template }) => template)

const namePatterns = templates.map((template) => {
  const [before = '', after = ''] = template.split(/\{\w+\}/)
  return { template, before, after }
})

/** Returns the templates of the families to which a name may belong; none if it is no name of a key. */
export const familiesOfName = (name: string): ReadonlyArray<string> =>
  namePatterns
    .filter(
      ({ before, after }) =>
        name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after),
    )
    .map(({ template }) => template)

/** Returns whether a text is the name of a key of any family. A template is none: no cache has a value of that name. */
export const isKeyName = (text: string): boolean =>
  familiesOfName(text).length > 0 && !templates.some((template) => template === text)

/** Returns whether a text is the template of a family of values. Blobs are no values. */
export const isValueFamily = (text: string): boolean =>
  templates.some((template) => template === text && !isBlobName(text))

/** Returns the names of the keys that contain this uid as their parameter, whatever kind of uid it is. */
export const namesOfUid = (uid: string): ReadonlyArray<string> =>
  templates
    .filter((template) => template.includes('{uid}'))
    .map((template) => template.replace('{uid}', () => uid))
