import { MediaAlt, MediaMetadata, MediaTitle } from '../../domain/library/media-change.ts'
import type { UploadDetails } from '../../domain/upload/upload.ts'
import { E } from '../../fp.ts'
import { type ParameterFault, type Unprocessable, unprocessable } from './request-faults.ts'

/** What a client says of a file that it uploads, besides its name. */
export const uploadFields = ['title', 'public', 'alt', 'metadata'] as const
export type UploadField = (typeof uploadFields)[number]

export type SentFields = Partial<Readonly<Record<UploadField, string>>>

/** A map, because an object has members that a client can name, such as `constructor`. */
const flags: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['true', true],
  ['0', false],
  ['false', false],
  ['', false],
])

const parseObject = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const faultOf = (field: UploadField, msg: string): ParameterFault => ({
  loc: ['body', field],
  msg,
  type: field,
})

/** Decodes the fields of an upload. A field that is empty counts as absent. */
export const toUploadDetails = (sent: SentFields): E.Either<Unprocessable, UploadDetails> => {
  const title = sent.title === '' ? undefined : sent.title
  const alt = sent.alt === '' ? undefined : sent.alt
  const isPublic = flags.get(sent.public ?? '0')
  const metadata = sent.metadata === undefined || sent.metadata === '' ? {} : parseObject(sent.metadata)
  const hasTitle = title === undefined || MediaTitle.is(title)
  const hasAlt = alt === undefined || MediaAlt.is(alt)
  if (hasTitle && hasAlt && isPublic !== undefined && MediaMetadata.is(metadata))
    return E.right({ title: title ?? null, alt: alt ?? null, isPublic, metadata })
  return E.left(
    unprocessable([
      ...(hasTitle ? [] : [faultOf('title', 'should be a text of at most 500 characters')]),
      ...(hasAlt ? [] : [faultOf('alt', 'should be a text of at most 2000 characters')]),
      ...(isPublic === undefined ? [faultOf('public', 'should be 1 or 0')] : []),
      ...(MediaMetadata.is(metadata)
        ? []
        : [faultOf('metadata', 'should be an object of at most 16384 bytes of JSON')]),
    ]),
  )
}

/** Picks the fields from the metadata of a tus client. Other members, such as those that uppy adds, are not read. */
export const pickSentFields = (metadata: Readonly<Record<string, string | null>>): SentFields =>
  Object.fromEntries(
    uploadFields.flatMap((name) => {
      const value = metadata[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
