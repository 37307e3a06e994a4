import * as t from 'io-ts'
import type { Knex } from 'knex'
import { type MediaKind, mediaKinds } from '../../domain/media/media-kind.ts'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { exactTotal, maxExactTotal } from '../../domain/shared/exact-total.ts'
import { ascendingBy } from '../../domain/shared/order.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import { pipe, TE } from '../../fp.ts'
import type { MediaFilter, MediaPosition, MediaRepository } from '../../ports/media-repository.ts'
import type { SqlFragment } from './media-conditions.ts'
import {
  type MediaQuery,
  type Search,
  selectCount,
  selectFound,
  selectItems,
  selectNewestCount,
  selectNewestPlaces,
  selectPlaces,
  selectPlacesByIndex,
} from './media-list-statements.ts'
import { MediaItemRow, MediaPlaceRow, toMediaItem } from './media-rows.ts'
import { createSearchPlans, type SearchPlan } from './search-pieces.ts'
import { createStatements } from './statements.ts'

const Count = t.strict({ count: t.number })
const NewestCount = snakeCased(t.strict({ count: t.number, isAll: t.boolean }))
const Found = t.strict({ count: t.number, places: t.readonlyArray(MediaPlaceRow) })
type Found = t.TypeOf<typeof Found>

const oldestFirst = ascendingBy<MediaPosition>(
  ({ createdAt }) => createdAt,
  ({ kind }) => kind,
  ({ id }) => id,
)

/** Number of files from which on there is no exact total. */
const maxCount = maxExactTotal + 1

/** Returns whether most files match the filter, or an index has those that match in the order of their age. */
const isReadByAge = ({ state, isPublic, isOutdated }: MediaFilter): boolean =>
  (state === null || state === 'ready') && isPublic !== false && isOutdated === null

const kindsOf = ({ kind }: MediaFilter): ReadonlyArray<MediaKind> => (kind === null ? mediaKinds : [kind])

const none: Found = { count: 0, places: [] }

/**
 * Creates the function that lists files. Its statements are planned for the values of each filter: a plan for any
 * values would read all files where few match.
 */
export const createMediaList = (db: Knex): MediaRepository['list'] => {
  const { selectPlanned } = createStatements(db)
  const planSearch = createSearchPlans(db)

  const readPlaces = ({ sql, values }: SqlFragment): TE.TaskEither<Unavailable, Found['places']> =>
    selectPlanned('background', MediaPlaceRow, sql)(...values)

  const readCount = ({ sql, values }: SqlFragment): TE.TaskEither<Unavailable, number> =>
    pipe(
      selectPlanned('background', Count, sql)(...values),
      TE.map(([row]) => row?.count ?? 0),
    )

  const listNewest = (given: MediaQuery, isCounted: boolean): TE.TaskEither<Unavailable, Found> =>
    pipe(
      TE.Do,
      TE.bind('count', () =>
        isCounted ? readCount(selectCount(given.kind, given.filter, maxCount)) : TE.right(0),
      ),
      TE.bind('places', () => readPlaces(selectPlaces(given))),
    )

  /** The page is usually full after the newest files have been looked at. If not, the index finds all that match. */
  const listCommon = (given: MediaQuery, search: Search): TE.TaskEither<Unavailable, Found['places']> =>
    pipe(
      readPlaces(selectNewestPlaces(given, search.text)),
      TE.flatMap((newest) =>
        newest.length === given.limit ? TE.right(newest) : readPlaces(selectPlacesByIndex(given, search)),
      ),
    )

  const withCount = (count: number, places: TE.TaskEither<Unavailable, Found['places']>) =>
    pipe(
      places,
      TE.map((each): Found => ({ count, places: each })),
    )

  const searchByIndex = (given: MediaQuery, search: Search): TE.TaskEither<Unavailable, Found> => {
    const { sql, values } = selectFound(given, search, maxCount)
    return pipe(
      selectPlanned('background', Found, sql)(...values),
      TE.flatMap(([found = none]) =>
        found.count < maxCount ? TE.right(found) : withCount(found.count, listCommon(given, search)),
      ),
    )
  }

  const countNewest = ({ kind, filter }: MediaQuery, { text }: Search) => {
    const { sql, values } = selectNewestCount(kind, filter, text, maxCount)
    return selectPlanned('background', NewestCount, sql)(...values)
  }

  /** Where a text is common, the newest files show it sooner than the index, which names all files that have it. */
  const searchNewest = (given: MediaQuery, search: Search, isCounted: boolean) =>
    isCounted
      ? pipe(
          countNewest(given, search),
          TE.flatMap(([newest]) =>
            newest !== undefined && (newest.count === maxCount || newest.isAll)
              ? withCount(newest.count, listCommon(given, search))
              : searchByIndex(given, search),
          ),
        )
      : withCount(0, listCommon(given, search))

  const search = (given: MediaQuery, text: string, { pieces, isCommon }: SearchPlan, isCounted: boolean) =>
    isCommon && isReadByAge(given.filter)
      ? searchNewest(given, { text, pieces }, isCounted)
      : searchByIndex(given, { text, pieces })

  const readItems = (places: ReadonlyArray<MediaPosition>) => {
    const { sql, values } = selectItems(places)
    return pipe(
      selectPlanned('background', MediaItemRow, sql)(...values),
      TE.map((rows) => rows.map(toMediaItem)),
    )
  }

  /** Reads one kind after the other. When the files are more than the greatest exact total, none are counted. */
  const readKinds = (
    kinds: ReadonlyArray<MediaKind>,
    read: (kind: MediaKind, isCounted: boolean) => TE.TaskEither<Unavailable, Found>,
  ): TE.TaskEither<Unavailable, Found> =>
    kinds.reduce<TE.TaskEither<Unavailable, Found>>(
      (before, kind) =>
        pipe(
          before,
          TE.flatMap(({ count, places }) =>
            pipe(
              read(kind, count < maxCount),
              TE.map((found) => ({ count: count + found.count, places: [...places, ...found.places] })),
            ),
          ),
        ),
      TE.right(none),
    )

  return (filter, limit, after) => {
    // One place more than the page, so that the last page is known to be the last.
    const queryOf = (kind: MediaKind): MediaQuery => ({ kind, filter, limit: limit + 1, after })
    const { search: text } = filter
    return pipe(
      text === null
        ? readKinds(kindsOf(filter), (kind, isCounted) => listNewest(queryOf(kind), isCounted))
        : pipe(
            planSearch(text),
            TE.flatMap((planOf) =>
              readKinds(kindsOf(filter), (kind, isCounted) =>
                search(queryOf(kind), text, planOf(kind), isCounted),
              ),
            ),
          ),
      TE.flatMap(({ count, places }) => {
        const newest = places.toSorted((a, b) => oldestFirst(b, a))
        const page = newest.slice(0, limit)
        return pipe(
          readItems(page),
          TE.map((items) => ({
            items,
            next: newest.length > limit ? (page.at(-1) ?? null) : null,
            total: exactTotal(count),
          })),
        )
      }),
    )
  }
}
