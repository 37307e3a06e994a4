import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import { mediaStates } from '../../domain/jobs/media-state.ts'
import type { BatchResult, LibraryService } from '../../domain/library/library-service.ts'
import type { MediaDetail } from '../../domain/library/media-item.ts'
import {
  MediaDetailJson,
  MediaItemJson,
  mediaDetailAsJson,
  mediaItemAsJson,
} from '../../domain/library/media-json.ts'
import { SearchText } from '../../domain/library/search-text.ts'
import { mediaKinds } from '../../domain/media/media-kind.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { PageLimit } from '../../domain/shared/query-numbers.ts'
import { Count } from '../../domain/shared/reply-values.ts'
import { Timestamp } from '../../domain/shared/timestamp.ts'
import { pipe, TE } from '../../fp.ts'
import type { MediaFilter } from '../../ports/media-repository.ts'
import { jsonOf } from '../openapi/reply-descriptions.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { permittedVersions, versionTagOf } from '../request/if-match.ts'
import { jsonBody } from '../request/json-body.ts'
import { MediaBatchBody, MediaChangeBody, toMediaChange } from '../request/media-bodies.ts'
import { encodeMediaCursor, isOfFilter, MediaCursor } from '../request/media-cursor.ts'
import { ByUid } from '../request/named-by-uid.ts'
import { pageLimitOf } from '../request/page-query.ts'
import { QueryBoolean } from '../request/query-codecs.ts'
import { preconditionMissing, unprocessable } from '../request/request-faults.ts'
import { jsonReply, type Reply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = { readonly admins: AdminService; readonly library: LibraryService }

const ListQuery = t.partial({
  q: SearchText,
  kind: oneOf('media_kind', mediaKinds),
  state: oneOf('media_state', mediaStates),
  public: QueryBoolean,
  outdated: QueryBoolean,
  created_after: Timestamp,
  created_before: Timestamp,
  limit: PageLimit,
  after: MediaCursor,
})

const MediaPage = t.strict(
  { items: t.readonlyArray(MediaItemJson), next: nullable(t.string), total: nullable(Count) },
  'MediaPage',
)

const BatchResults = t.strict(
  {
    results: t.readonlyArray(
      t.union([
        t.strict({ uid: t.string, status: t.literal(200) }),
        t.strict({ uid: t.string, status: t.literal(404), type: t.literal('not_found') }),
      ]),
    ),
  },
  'BatchResults',
)
type BatchResultJson = t.TypeOf<typeof BatchResults>['results'][number]

const oneFile = { 200: jsonOf(MediaDetailJson, 'The file. `ETag` is its version.', ['ETag']) }

const filterOf = (query: t.TypeOf<typeof ListQuery>): MediaFilter => ({
  search: query.q ?? null,
  kind: query.kind ?? null,
  state: query.state ?? null,
  isPublic: query.public ?? null,
  isOutdated: query.outdated ?? null,
  createdAfter: query.created_after ?? null,
  createdBefore: query.created_before ?? null,
})

const otherFilter = unprocessable([
  { loc: ['query', 'after'], msg: 'should be the next of a page with the same filters', type: 'cursor' },
])

const detailReply = (detail: MediaDetail): Reply => {
  const reply = jsonReply(MediaDetailJson, mediaDetailAsJson(detail))
  return { ...reply, headers: { ...reply.headers, ETag: versionTagOf(detail.version) } }
}

const resultBody = ({ uid, isFound }: BatchResult): BatchResultJson =>
  isFound ? { uid, status: 200 } : { uid, status: 404, type: 'not_found' }

/** The routes that list and change files, for admins (http-api.md §8.4 to §8.10). */
export const mediaRoutes = ({ admins, library }: Deps, handle: RouteHandler): RouteGroup => {
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
        },
        replies: { 200: jsonOf(MediaPage, 'A page of files. `total` is null above 10,000.') },
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
            jsonReply(MediaPage, {
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
        errors: [404, 412, 428],
      },
      credential,
      params: ByUid,
      body: jsonBody(MediaChangeBody),
      handler: ({ params: { uid }, body, incoming: { headers } }) => {
        const condition = headers['if-match']
        if (condition === undefined) return TE.left(preconditionMissing)
        return pipe(
          library.change(uid, toMediaChange(body), permittedVersions(condition)),
          TE.map(detailReply),
        )
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
        summary: 'Changes up to 1,000 files.',
        replies: { 200: jsonOf(BatchResults, 'One result for each uid, in the same order.') },
      },
      credential,
      body: jsonBody(MediaBatchBody),
      handler: ({ body: { uids, patch } }) =>
        pipe(
          library.changeAll(uids, toMediaChange(patch)),
          TE.map((results) => jsonReply(BatchResults, { results: results.map(resultBody) })),
        ),
    }),
  )
  return routes
}
