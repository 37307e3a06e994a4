import * as t from 'io-ts'
import { MediaAlt, type MediaChange, MediaMetadata, MediaTitle } from '../../domain/library/media-change.ts'
import { isUid } from '../../domain/media/uid-text.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { refine } from '../../domain/shared/refine.ts'
import { closedObject } from './closed-object.ts'

/** A change of a file as JSON (RFC 7396, http-api.md §8.7). */
export const MediaChangeBody = closedObject(
  t.exact(
    t.partial({
      title: nullable(MediaTitle),
      alt: nullable(MediaAlt),
      public: t.boolean,
      metadata: nullable(MediaMetadata),
    }),
    'MediaChange',
  ),
)
type MediaChangeBody = t.TypeOf<typeof MediaChangeBody>

export const toMediaChange = ({ title, alt, public: isPublic, metadata }: MediaChangeBody): MediaChange => ({
  ...(title !== undefined && { title }),
  ...(alt !== undefined && { alt }),
  ...(isPublic !== undefined && { isPublic }),
  ...(metadata !== undefined && { metadata: metadata ?? {} }),
})

const maxUids = 1000

const Uids = refine(
  'uids',
  (u): u is ReadonlyArray<string> =>
    Array.isArray(u) &&
    u.length >= 1 &&
    u.length <= maxUids &&
    u.every(isUid) &&
    new Set(u).size === u.length,
  `should be a list of 1 to ${maxUids} different uids`,
  { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: maxUids, uniqueItems: true },
)

const True = refine('true', (u): u is true => u === true, 'should be true', { const: true })

/** A change, the deletion or the restoring of several files (http-api.md §8.10). */
export const MediaBatchBody = t.union([
  closedObject(t.strict({ uids: Uids, patch: MediaChangeBody }, 'MediaBatchChange')),
  closedObject(t.strict({ uids: Uids, delete: True }, 'MediaBatchDeletion')),
  closedObject(t.strict({ uids: Uids, restore: True }, 'MediaBatchRestore')),
])
