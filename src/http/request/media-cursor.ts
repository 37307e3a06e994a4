import { createHash } from 'node:crypto'
import * as t from 'io-ts'
import { mediaKinds } from '../../domain/media/media-kind.ts'
import { withSchema } from '../../domain/shared/json-schema.ts'
import type { MediaFilter, MediaPosition } from '../../ports/media-repository.ts'

/** A position in the list of files, and a digest of the filter of that list. */
type BoundPosition = MediaPosition & { readonly filterDigest: string }

const digestOf = ({
  search,
  kind,
  state,
  isPublic,
  isOutdated,
  createdAfter,
  createdBefore,
  isDeleted,
}: MediaFilter): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        ...[search, kind, state, isPublic, isOutdated, createdAfter, createdBefore],
        // Cursors of the release before, which had no trash, stay valid.
        ...(isDeleted ? ['deleted'] : []),
      ]),
    )
    .digest('base64url')
    .slice(0, 22)

const cursor = /^(\d{1,16})\.(\w+)\.(\d{1,16})\.([\w-]{22})$/

const textOf = ({ createdAt, kind, id, filterDigest }: BoundPosition): string =>
  Buffer.from(`${createdAt}.${kind}.${id}.${filterDigest}`).toString('base64url')

const parseCursor = (text: string): BoundPosition | null => {
  const [, time, word, number, filterDigest = ''] =
    cursor.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? []
  const kind = mediaKinds.find((one) => one === word)
  const createdAt = Number(time)
  const id = Number(number)
  if (kind === undefined || !Number.isSafeInteger(createdAt) || !Number.isSafeInteger(id)) return null
  const position = { createdAt, kind, id, filterDigest }
  return textOf(position) === text ? position : null
}

/** The parameter `after` of the list of files: time of the last file of a page in microseconds, its kind, its id. */
export const MediaCursor: t.Type<BoundPosition, string, unknown> = withSchema(
  new t.Type<BoundPosition, string, unknown>(
    'cursor',
    (u): u is BoundPosition => typeof u === 'object' && u !== null && 'filterDigest' in u,
    (u, context) => {
      const position = typeof u === 'string' ? parseCursor(u) : null
      return position === null ? t.failure(u, context, 'should be the next of a page') : t.success(position)
    },
    textOf,
  ),
  { type: 'string', description: 'The `next` of the page before, for the same filters.' },
)

/** Returns the cursor of the page after this position, which is valid for the same filter only. */
export const encodeMediaCursor = (position: MediaPosition, filter: MediaFilter): string =>
  textOf({ ...position, filterDigest: digestOf(filter) })

/** Returns whether the position is one of a list with this filter. */
export const isOfFilter = ({ filterDigest }: BoundPosition, filter: MediaFilter): boolean =>
  filterDigest === digestOf(filter)
