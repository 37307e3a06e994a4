import * as t from 'io-ts'
import type { Knex } from 'knex'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import { createStatements } from './statements.ts'

/** Number of rows that one statement deletes, far within its time limit. */
export const pieceLength = 10_000

/**
 * Deletes rows piece by piece, however many there are. `deletePiece` deletes up to `length` rows, and returns how many.
 * Returns their sum.
 */
export const deleteInPieces =
  (length: number, deletePiece: TE.TaskEither<Unavailable, number>): TE.TaskEither<Unavailable, number> =>
  async () => {
    for (let deleted = 0; ; ) {
      const piece = await deletePiece()
      if (E.isLeft(piece)) return piece
      deleted += piece.right
      if (piece.right < length) return E.right(deleted)
    }
  }

/**
 * Creates the function that removes old rows of a log piece by piece. `piece` is the query that removes one: its bindings are
 * the age in milliseconds of the youngest row to remove, and the number of rows; it selects how many were `pruned`.
 */
export const createPrune = (
  db: Knex,
  name: string,
  piece: string,
  length: number,
): ((keepMs: number) => TE.TaskEither<Unavailable, number>) => {
  const prune = createStatements(db).writeMany(name, t.strict({ pruned: t.number }), piece)
  return (keepMs) =>
    deleteInPieces(
      length,
      pipe(
        prune(keepMs, length),
        TE.map(([row]) => row?.pruned ?? 0),
      ),
    )
}
