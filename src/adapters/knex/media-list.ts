import * as t from 'io-ts'
import type { Knex } from 'knex'
import { type MediaKind, mediaKinds } from '../../domain/media/media-kind.ts'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { exactTotal, maxExactTotal } from '../../domain/shared/exact-total.ts'
import { ascendingBy } from '../../domain/shared/order.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { MediaFilter, MediaPosition, MediaRepository } from '../../ports/media-repository.ts'
import {
  type MediaQuery,
  selectCount,
  selectFound,
  selectItems,
  selectPlaces,
} from './media-list-statements.ts'
import { MediaItemRow, MediaPlaceRow, toMediaItem } from './media-rows.ts'
import { createStatements } from './statements.ts'

const Count = t.strict({ count: t.number })
const Found = t.strict({ count: t.number, places: t.readonlyArray(MediaPlaceRow) })
type Found = t.TypeOf<typeof Found>

const oldestFirst = ascendingBy<MediaPosition>(
  ({ createdAt }) => createdAt,
  ({ kind }) => kind,
  ({ id }) => id,
)

const kindsOf = ({ kind }: MediaFilter): ReadonlyArray<MediaKind> => (kind === null ? mediaKinds : [kind])

/**
 * Creates the function that lists files. Its statements are planned for the values of each filter: a plan for any
 * values would read all files where few match.
 */
export const createMediaList = (db: Knex): MediaRepository['list'] => {
  const { selectPlanned } = createStatements(db)

  const readPlaces = (given: MediaQuery): TE.TaskEither<Unavailable, Found['places']> => {
    const { sql, values } = selectPlaces(given)
    return selectPlanned('background', MediaPlaceRow, sql)(...values)
  }

  const listNewest = (given: Omit<MediaQuery, 'path'>): TE.TaskEither<Unavailable, Found> => {
    const { sql, values } = selectCount(given.kind, given.filter, maxExactTotal + 1)
    return pipe(
      TE.Do,
      TE.bind('counted', () => selectPlanned('background', Count, sql)(...values)),
      TE.bind('places', () => readPlaces({ ...given, path: 'age' })),
      TE.map(({ counted: [row], places }) => ({ count: row?.count ?? 0, places })),
    )
  }

  /**
   * Where many files match a search, the page is usually full after the newest ones have been looked at. If it is not,
   * the index finds all that match, and they are sorted.
   */
  const search =
    (given: Omit<MediaQuery, 'path'>): TE.TaskEither<Unavailable, Found> =>
    async () => {
      const { sql, values } = selectFound(given, maxExactTotal + 1)
      const found = await selectPlanned('background', Found, sql)(...values)()
      if (E.isLeft(found)) return found
      const { count, places } = found.right[0] ?? { count: 0, places: [] }
      if (count <= maxExactTotal) return E.right({ count, places })
      const newest = await readPlaces({ ...given, path: 'newest' })()
      if (E.isLeft(newest) || newest.right.length === given.limit)
        return pipe(
          newest,
          E.map((each) => ({ count, places: each })),
        )
      const all = await readPlaces({ ...given, path: 'trigrams' })()
      return pipe(
        all,
        E.map((each) => ({ count, places: each })),
      )
    }

  const readItems = (places: ReadonlyArray<MediaPosition>) => {
    const { sql, values } = selectItems(places)
    return pipe(
      selectPlanned('background', MediaItemRow, sql)(...values),
      TE.map((rows) => rows.map(toMediaItem)),
    )
  }

  return (filter, limit, after) =>
    pipe(
      kindsOf(filter),
      // One place more than the page, so that the last page is known to be the last.
      TE.traverseSeqArray((kind) => {
        const given = { kind, filter, limit: limit + 1, after }
        return filter.search === null ? listNewest(given) : search(given)
      }),
      TE.flatMap((found) => {
        const newest = found.flatMap(({ places }) => places).sort((a, b) => oldestFirst(b, a))
        const page = newest.slice(0, limit)
        const total = found.reduce((sum, { count }) => sum + count, 0)
        return pipe(
          readItems(page),
          TE.map((items) => ({
            items,
            next: newest.length > limit ? (page.at(-1) ?? null) : null,
            total: exactTotal(total),
          })),
        )
      }),
    )
}
