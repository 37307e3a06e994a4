import type { Unavailable } from '../../domain/shared/errors.ts'
import { E, type TE } from '../../fp.ts'

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
