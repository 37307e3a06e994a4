import * as t from 'io-ts'
import { ReceiptsJson } from '../../domain/freshness/freshness-json.ts'
import { MediaDetailJson, MediaItemJson } from '../../domain/library/media-json.ts'
import { AnyUid } from '../../domain/media/ids.ts'
import { withDescription } from '../../domain/shared/json-schema.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { Count, TimeText } from '../../domain/shared/reply-values.ts'
import { jsonOf } from './reply-descriptions.ts'

// The replies of the routes of the library (http-api.md §8.5 to §8.10).

export const MediaPageJson = t.strict(
  { items: t.readonlyArray(MediaItemJson), next: nullable(t.string), total: nullable(Count) },
  'MediaPage',
)

const deletionTimes = {
  deleted_at: TimeText,
  purge_after: withDescription(TimeText, 'Until then it can be restored.'),
}
export const DeletionTimes = t.strict(deletionTimes)

export const BatchResults = t.strict(
  {
    results: t.readonlyArray(
      t.union([
        t.strict({ uid: t.string, status: t.literal(200) }),
        t.strict({ uid: t.string, status: t.literal(202), ...deletionTimes }),
        t.strict({ uid: t.string, status: t.literal(404), type: t.literal('not_found') }),
        t.strict({ uid: t.string, status: t.literal(409), type: t.literal('conflict') }),
      ]),
    ),
  },
  'BatchResults',
)
const receipts = { purge: nullable(AnyUid), instances: ReceiptsJson }
export const BatchDeletion = t.intersection([BatchResults, t.strict(receipts)], 'BatchDeletion')
export const MediaDeletion = t.intersection(
  [
    t.strict({ ...deletionTimes, ...receipts }),
    t.exact(
      t.partial({
        erased: withDescription(t.boolean, 'With `purge=1`: whether nothing is left of it.'),
        refused: withDescription(
          t.keyof({ foreign: null, unproven: null, displaced: null }),
          'Why its objects are left: the store may belong to another library, or to another copy of the database.',
        ),
      }),
    ),
  ],
  'MediaDeletion',
)
export type BatchResultJson = t.TypeOf<typeof BatchResults>['results'][number]

export const oneFile = { 200: jsonOf(MediaDetailJson, 'The file. `ETag` is its version.', ['ETag']) }
