/** Bytes that a reader without a buffer of its own gets at a time. A paused reader holds this much in memory. */
export const pieceBytes = 128 * 1024

/** About TCP's initial window (RFC 6928: ten segments): a smaller first piece would arrive no earlier. */
const firstPieceBytes = 16 * 1024

/** End of the piece at `at`, for a reader that began at `start`: a small first piece, then shared ones. */
export const nextPieceEnd = (start: number, at: number): number => {
  const next = at - (at % pieceBytes) + pieceBytes
  return at === start ? Math.min(at + firstPieceBytes, next) : next
}
