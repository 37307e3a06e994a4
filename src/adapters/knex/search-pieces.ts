import * as t from 'io-ts'
import type { Knex } from 'knex'
import { type MediaKind, mediaKinds } from '../../domain/media/media-kind.ts'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { maxExactTotal } from '../../domain/shared/exact-total.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { ascendingBy } from '../../domain/shared/order.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import { pipe, TE } from '../../fp.ts'
import { mediaTables } from './media-conditions.ts'
import { createStatements } from './statements.ts'

/** How files of one kind with a text are found. */
export type SearchPlan = {
  /** The three-letter pieces of the text by which the index finds files. */
  readonly pieces: ReadonlyArray<string>
  /** Whether so many files probably have the text that the newest ones are looked at first. */
  readonly isCommon: boolean
}

/** What PostgreSQL estimates about one piece. Both numbers are `null` before it has analysed the files. */
const PieceRow = snakeCased(
  t.strict({
    kind: oneOf('media_kind', mediaKinds),
    files: t.number,
    piece: t.string,
    /** The part of the files that have the piece; `null` if it is not among the frequent ones. */
    frequency: nullable(t.number),
    /** The least frequency of the frequent pieces; `null` without statistics. */
    minFrequency: nullable(t.number),
  }),
)
type PieceRow = t.TypeOf<typeof PieceRow>

/** Number of pieces of a text that are considered. Longer texts have enough that are rare. */
const maxPieces = 32

/**
 * A piece is used if it is at most this many times as frequent as the rarest one. PostgreSQL reads all places of each
 * piece that is used, which takes about a fiftieth of the time in which it looks at as many files.
 */
const maxRatio = 50

/** The greatest part of the files that may have a used piece, unless all pieces are as frequent. A more frequent one excludes few files. */
const maxFrequency = 0.5

/** The least part of the files that have a common text. With fewer, the index is faster. */
const commonFrequency = 0.25

const indexes = mediaKinds.map((kind) => `('${kind}', '${mediaTables[kind].files}')`).join(', ')

// PostgreSQL keeps statistics of the most frequent elements of an indexed array. Behind their frequencies come the least
// and the greatest one.
const selectPieces = `
  with pieces as materialized (
    select distinct unnest(media_trigrams(media_search_text(?))) as piece limit ${maxPieces}
  ), statistics as materialized (
    select tablename as index, cast(cast(most_common_elems as text) as text[]) as pieces,
      most_common_elem_freqs as frequencies
    from pg_stats where schemaname = current_schema() and tablename in (${mediaKinds
      .map((kind) => `'${mediaTables[kind].files}_by_trigrams'`)
      .join(', ')})
  )
  select k.kind, c.reltuples as files, p.piece, s.frequencies[array_position(s.pieces, p.piece)] as frequency,
    s.frequencies[cardinality(s.pieces) + 1] as min_frequency
  from (values ${indexes}) k (kind, files) join pg_class c on c.oid = to_regclass(k.files)
  left join statistics s on s.index = k.files || '_by_trigrams'
  cross join pieces p`

const planOf = (rows: ReadonlyArray<PieceRow>): SearchPlan => {
  const pieces = rows
    .map(({ piece, frequency, minFrequency }) => ({ piece, frequency: frequency ?? (minFrequency ?? 0) / 2 }))
    .sort(ascendingBy(({ frequency }) => frequency))
  const [rarest] = pieces
  if (rarest === undefined) return { pieces: [], isCommon: false }
  const limit = Math.min(maxRatio * rarest.frequency, maxFrequency)
  const used = pieces.filter((one) => one === rarest || one.frequency <= limit)
  const files = rows[0]?.files ?? 0
  return {
    pieces: used.map(({ piece }) => piece),
    isCommon: rarest.frequency >= commonFrequency && files * rarest.frequency > 2 * maxExactTotal,
  }
}

/** Creates the function that decides for each kind how files with a text are found. */
export const createSearchPlans = (db: Knex) => {
  const select = createStatements(db).selectMany('background', 'media.search_pieces', PieceRow, selectPieces)
  return (text: string): TE.TaskEither<Unavailable, (kind: MediaKind) => SearchPlan> =>
    pipe(
      select(text),
      TE.map((rows) => (kind) => planOf(rows.filter((row) => row.kind === kind))),
    )
}
