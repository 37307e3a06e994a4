import * as t from 'io-ts'
import type { Knex } from 'knex'
import { type MediaKind, mediaKinds } from '../../domain/media/media-kind.ts'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { ascendingBy } from '../../domain/shared/order.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { MediaFilter, MediaPosition, MediaRepository } from '../../ports/media-repository.ts'
import { type MediaQuery, selectCount, selectItems, selectPlaces } from './media-list-statements.ts'
import { MediaItemRow, MediaPlaceRow, toMediaItem } from './media-rows.ts'
import { createStatements } from './statements.ts'

/** Greatest number of files that is counted exactly. */
const maxTotal = 10_000

const Count = t.strict({ count: t.number })

type Counted = { readonly kind: MediaKind; readonly count: number }

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

  const count = (kind: MediaKind, filter: MediaFilter): TE.TaskEither<Unavailable, Counted> => {
    const { sql, values } = selectCount(kind, filter, maxTotal + 1)
    return pipe(
      selectPlanned('background', Count, sql)(...values),
      TE.map(([row]) => ({ kind, count: row?.count ?? 0 })),
    )
  }

  const readPlaces = (given: MediaQuery): TE.TaskEither<Unavailable, ReadonlyArray<MediaPosition>> => {
    const { sql, values } = selectPlaces(given)
    return selectPlanned('background', MediaPlaceRow, sql)(...values)
  }

  /**
   * Where many files match a search, the page is usually full after the newest ones have been looked at. If it is not,
   * the index finds all that match, and they are sorted.
   */
  const findPlaces =
    (
      given: Omit<MediaQuery, 'path'>,
      matching: number,
    ): TE.TaskEither<Unavailable, ReadonlyArray<MediaPosition>> =>
    async () => {
      if (given.filter.search === null) return readPlaces({ ...given, path: 'age' })()
      if (matching > maxTotal) {
        const newest = await readPlaces({ ...given, path: 'newest' })()
        if (E.isLeft(newest) || newest.right.length === given.limit) return newest
      }
      return readPlaces({ ...given, path: 'trigrams' })()
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
      TE.Do,
      TE.bind('counted', () =>
        TE.traverseSeqArray((kind: MediaKind) => count(kind, filter))(kindsOf(filter)),
      ),
      // One place more than the page, so that the last page is known to be the last.
      TE.bind('places', ({ counted }) =>
        TE.traverseSeqArray(({ kind, count: matching }: Counted) =>
          findPlaces({ kind, filter, limit: limit + 1, after }, matching),
        )(counted),
      ),
      TE.flatMap(({ counted, places }) => {
        const newest = places.flat().sort((a, b) => oldestFirst(b, a))
        const page = newest.slice(0, limit)
        const total = counted.reduce((sum, each) => sum + each.count, 0)
        return pipe(
          readItems(page),
          TE.map((items) => ({
            items,
            next: newest.length > limit ? (page.at(-1) ?? null) : null,
            total: total > maxTotal ? null : total,
          })),
        )
      }),
    )
}
