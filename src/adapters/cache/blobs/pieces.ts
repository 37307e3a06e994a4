/** Maximum bytes per read for a reader without its own buffer. A paused reader keeps this much in memory. */
export const pieceBytes = 128 * 1024

/**
 * Maximum bytes of the first piece: about TCP's initial window (RFC 6928: ten segments). A smaller first
 * piece would not arrive earlier.
 */
const firstPieceBytes = 16 * 1024

/**
 * Returns the end of the piece that begins at `at`, for a reader that started at `start`. The first piece is
 * small. Later pieces end at multiples of `pieceBytes`, so that readers can share them.
 */
export const nextPieceEnd = (start: number, at: number): number => {
  const next = at - (at % pieceBytes) + pieceBytes
  return at === start ? Math.min(at + firstPieceBytes, next) : next
}
