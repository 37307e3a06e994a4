import { isNestedAtMost } from '../shared/nesting.ts'
import { refine } from '../shared/refine.ts'
import { isStorableText, storableText } from '../shared/storable-text.ts'

/** An object of the caller, which Larder stores and returns. */
export type Metadata = Readonly<Record<string, unknown>>

/** A change of a file (RFC 7396). Absent members stay as they are; `null` removes a text. */
export type MediaChange = {
  readonly title?: string | null
  readonly alt?: string | null
  readonly isPublic?: boolean
  /** Replaces the whole object. */
  readonly metadata?: Metadata
}

export const MediaTitle = storableText({ maxCharacters: 500 })
/** Text that describes the media to people who cannot see or hear them. */
export const MediaAlt = storableText({ maxCharacters: 2000 })

const maxMetadataBytes = 16 * 1024
const maxMetadataDepth = 8

const isObject = (u: unknown): u is Metadata => typeof u === 'object' && u !== null && !Array.isArray(u)

/** Returns whether PostgreSQL stores this value of JSON and returns it unchanged. */
const isStorableJson = (u: unknown): boolean => {
  if (typeof u === 'string') return isStorableText(u)
  if (typeof u === 'number') return Number.isFinite(u)
  if (Array.isArray(u)) return u.every(isStorableJson)
  if (isObject(u))
    return Object.entries(u).every(([name, value]) => isStorableText(name) && isStorableJson(value))
  return u === null || typeof u === 'boolean'
}

// The depth is checked first, because the other checks are recursive.
export const MediaMetadata = refine(
  'metadata',
  (u): u is Metadata =>
    isObject(u) &&
    isNestedAtMost(u, maxMetadataDepth) &&
    isStorableJson(u) &&
    Buffer.byteLength(JSON.stringify(u)) <= maxMetadataBytes,
  `should be an object of at most ${maxMetadataBytes} bytes of JSON, nested at most ${maxMetadataDepth} deep, of finite numbers and of texts without U+0000 and unpaired surrogates`,
  { type: 'object', description: 'An object of the caller, which Larder stores and returns.' },
)
