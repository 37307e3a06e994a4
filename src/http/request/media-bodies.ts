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
)

const True = refine('true', (u): u is true => u === true, 'should be true')

const Patching = closedObject(t.strict({ uids: Uids, patch: MediaChangeBody }))
const Deleting = closedObject(t.strict({ uids: Uids, delete: True }))
const AnyBatch = t.union([Patching, Deleting])

/** A change or the deletion of several files (http-api.md §8.10). Faults are those of the one that is meant. */
export const MediaBatchBody: t.Type<t.TypeOf<typeof AnyBatch>, unknown, unknown> = new t.Type(
  'media_batch',
  AnyBatch.is,
  (u, context) => {
    if (!t.UnknownRecord.is(u))
      return t.failure(u, context, 'should be an object with uids, and patch or delete')
    return 'delete' in u ? Deleting.validate(u, context) : Patching.validate(u, context)
  },
  AnyBatch.encode,
)
