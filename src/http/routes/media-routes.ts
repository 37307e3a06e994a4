import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import type { FreshnessService } from '../../domain/freshness/freshness-service.ts'
import { mediaStates } from '../../domain/jobs/media-state.ts'
import type { BatchResult, LibraryService } from '../../domain/library/library-service.ts'
import type { Deletion, MediaDetail } from '../../domain/library/media-item.ts'
import { MediaDetailJson, mediaDetailAsJson, mediaItemAsJson } from '../../domain/library/media-json.ts'
import { SearchText } from '../../domain/library/search-text.ts'
import type { TrashService } from '../../domain/library/trash-service.ts'
import { mediaKinds } from '../../domain/media/media-kind.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { PageLimit } from '../../domain/shared/query-numbers.ts'
import { formatMicroseconds, Timestamp } from '../../domain/shared/timestamp.ts'
import { pipe, TE } from '../../fp.ts'
import type { MediaFilter } from '../../ports/media-repository.ts'
import type { RestoreResult } from '../../ports/trash.ts'
import {
  BatchDeletion,
  type BatchResultJson,
  BatchResults,
  type DeletionTimes,
  MediaDeletion,
  MediaPageJson,
  oneFile,
} from '../openapi/library-replies.ts'
import { jsonOf } from '../openapi/reply-descriptions.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { orTagMissing, permittedVersions, versionTagOf } from '../request/if-match.ts'
import { jsonBody } from '../request/json-body.ts'
import { MediaBatchBody, MediaChangeBody, toMediaChange } from '../request/media-bodies.ts'
import { encodeMediaCursor, isOfFilter, MediaCursor } from '../request/media-cursor.ts'
import { ByUid } from '../request/named-by-uid.ts'
import { pageLimitOf } from '../request/page-query.ts'
import { QueryBoolean } from '../request/query-codecs.ts'
import { preconditionMissing, unprocessable } from '../request/request-faults.ts'
import { receiptsOf } from '../response/receipts.ts'
import { jsonReply, type Reply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  readonly admins: AdminService
  readonly library: LibraryService
  readonly trashService: TrashService
  readonly freshness: Pick<FreshnessService, 'requestReceipts'>
}

const ListQuery = t.partial({
  q: SearchText,
  kind: oneOf('media_kind', mediaKinds),
  state: oneOf('media_state', mediaStates),
  public: QueryBoolean,
  outdated: QueryBoolean,
  created_after: Timestamp,
  created_before: Timestamp,
  deleted: QueryBoolean,
  limit: PageLimit,
  after: MediaCursor,
})

const filterOf = (query: t.TypeOf<typeof ListQuery>): MediaFilter => ({
  search: query.q ?? null,
  kind: query.kind ?? null,
  state: query.state ?? null,
  isPublic: query.public ?? null,
  isOutdated: query.outdated ?? null,
  createdAfter: query.created_after ?? null,
  createdBefore: query.created_before ?? null,
  isDeleted: query.deleted ?? false,
})

const otherFilter = unprocessable([
  { loc: ['query', 'after'], msg: 'should be the next of a page with the same filters', type: 'cursor' },
])

const detailReply = (detail: MediaDetail): Reply => {
  const reply = jsonReply(MediaDetailJson, mediaDetailAsJson(detail))
  return { ...reply, headers: { ...reply.headers, ETag: versionTagOf(detail.version) } }
}

const missing = (uid: string): BatchResultJson => ({ uid, status: 404, type: 'not_found' })

const resultBody = ({ uid, result }: BatchResult): BatchResultJson => {
  if (result === 'missing') return missing(uid)
  return result === 'deleted' ? { uid, status: 409, type: 'conflict' } : { uid, status: 200 }
}

const restoreResult = (uid: string, result: RestoreResult | undefined): BatchResultJson => {
  if (result === 'restored') return { uid, status: 200 }
  return result === 'missing' || result === undefined ? missing(uid) : { uid, status: 409, type: 'conflict' }
}

const deletionBody = ({ deletedAt, purgeAfter }: Deletion): t.TypeOf<typeof DeletionTimes> => ({
  deleted_at: formatMicroseconds(deletedAt),
  purge_after: formatMicroseconds(purgeAfter),
})

const deletionResult = (uid: string, deletion: Deletion | undefined): BatchResultJson =>
  deletion === undefined ? missing(uid) : { uid, status: 202, ...deletionBody(deletion) }

const DeleteQuery = t.partial({ now: QueryBoolean, purge: QueryBoolean })

const purgeWithoutNow = unprocessable([
  { loc: ['query', 'purge'], msg: 'should be used with now=1', type: 'boolean' },
])

/** The routes that list, change, delete and restore files, for admins (http-api.md §8.4 to §8.10). */
export const mediaRoutes = (
  { admins, library, trashService, freshness }: Deps,
  handle: RouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')
  const credential = bearerAuthenticator(admins.authenticate)

  routes.get(
    '/media',
    handle({
      about: {
        id: 'listMedia',
        tag: 'library',
        summary: 'Lists the files of the library, newest first, or searches for some.',
        parameters: {
          q: 'A part of the title or of the file name, in any case; or a whole uid.',
          outdated: 'Whether an older recipe made any export.',
          created_after: 'Only files that were added later.',
          created_before: 'Only files that were added earlier.',
          deleted: 'Whether to list the trash instead.',
        },
        replies: { 200: jsonOf(MediaPageJson, 'A page of files. `total` is null above 10,000.') },
      },
      credential,
      query: ListQuery,
      handler: ({ query }) => {
        const filter = filterOf(query)
        const { after = null } = query
        if (after !== null && !isOfFilter(after, filter)) return TE.left(otherFilter)
        return pipe(
          library.list(filter, pageLimitOf(query.limit), after),
          TE.map(({ items, next, total }) =>
            jsonReply(MediaPageJson, {
              items: items.map(mediaItemAsJson),
              next: next === null ? null : encodeMediaCursor(next, filter),
              total,
            }),
          ),
        )
      },
    }),
  )

  routes.get(
    '/media/:uid',
    handle({
      about: {
        id: 'showMedia',
        tag: 'library',
        summary: 'Shows a file with its exports and its newest job.',
        replies: oneFile,
        errors: [404],
      },
      credential,
      params: ByUid,
      handler: ({ params: { uid } }) => pipe(library.find(uid), TE.map(detailReply)),
    }),
  )

  routes.on(
    'PATCH',
    '/media/:uid',
    handle({
      about: {
        id: 'changeMedia',
        tag: 'library',
        summary: 'Changes title, alt, metadata and public of a file (RFC 7396).',
        headers: ['If-Match'],
        replies: oneFile,
        errors: [404, 409, 412, 428],
      },
      credential,
      params: ByUid,
      body: jsonBody(MediaChangeBody),
      handler: ({ params: { uid }, body, incoming: { headers } }) => {
        const condition = headers['if-match']
        if (condition === undefined) return TE.left(preconditionMissing)
        const versions = permittedVersions(condition)
        const changed = library.change(uid, toMediaChange(body), versions)
        return pipe(changed, TE.mapLeft(orTagMissing(versions)), TE.map(detailReply))
      },
    }),
  )

  routes.on(
    'POST',
    '/media/batch',
    handle({
      about: {
        id: 'changeMediaBatch',
        tag: 'library',
        summary: 'Changes up to 1,000 files, puts them into the trash, or takes them out of it.',
        replies: {
          200: jsonOf(
            t.union([BatchDeletion, BatchResults]),
            'One result for each uid, in the same order; after a deletion, the receipts, too.',
          ),
        },
      },
      credential,
      body: jsonBody(MediaBatchBody),
      handler: ({ body }) => {
        if ('delete' in body)
          return pipe(
            trashService.deleteAll(body.uids),
            TE.bindTo('deletions'),
            TE.bindW('receipts', () => receiptsOf(freshness)),
            TE.map(({ deletions, receipts }) =>
              jsonReply(BatchDeletion, {
                results: body.uids.map((uid) => deletionResult(uid, deletions.get(uid))),
                ...receipts,
              }),
            ),
          )
        if ('restore' in body)
          return pipe(
            trashService.restoreAll(body.uids),
            TE.map((found) =>
              jsonReply(BatchResults, {
                results: body.uids.map((uid) => restoreResult(uid, found.get(uid))),
              }),
            ),
          )
        return pipe(
          library.changeAll(body.uids, toMediaChange(body.patch)),
          TE.map((results) => jsonReply(BatchResults, { results: results.map(resultBody) })),
        )
      },
    }),
  )

  routes.on(
    'DELETE',
    '/media/:uid',
    handle({
      about: {
        id: 'deleteMedia',
        tag: 'library',
        summary: 'Puts a file into the trash, takes it down, or erases it.',
        parameters: {
          now: 'Takes it down: nothing of it is served any more, also not to tokens.',
          purge: 'With `now=1`: erases it at once.',
        },
        replies: { 202: jsonOf(MediaDeletion, 'It is deleted. The receipts say which servers know.') },
        errors: [404],
      },
      credential,
      params: ByUid,
      query: DeleteQuery,
      handler: ({ params: { uid }, query: { now = false, purge = false } }) => {
        if (purge && !now) return TE.left(purgeWithoutNow)
        return pipe(
          trashService.delete(uid, purge ? 'erase' : now ? 'take down' : 'trash'),
          TE.bindTo('deleted'),
          TE.bindW('receipts', () => receiptsOf(freshness)),
          TE.map(({ deleted, receipts }) => {
            const { isErased, refused } = deleted
            const erased = {
              ...(isErased !== null && { erased: isErased }),
              ...(refused !== null && { refused }),
            }
            return jsonReply(MediaDeletion, { ...deletionBody(deleted), ...erased, ...receipts }, 202)
          }),
        )
      },
    }),
  )

  routes.on(
    'POST',
    '/media/:uid/restore',
    handle({
      about: {
        id: 'restoreMedia',
        tag: 'library',
        summary: 'Takes a file out of the trash.',
        replies: oneFile,
        errors: [404, 409],
      },
      credential,
      params: ByUid,
      handler: ({ params: { uid } }) =>
        pipe(
          trashService.restore(uid),
          TE.flatMap(() => library.find(uid)),
          TE.map(detailReply),
        ),
    }),
  )
  return routes
}
