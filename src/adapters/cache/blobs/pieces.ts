/** Maximum bytes per read for a reader without its own buffer. A paused reader holds this much in memory. */
export const pieceBytes = 128 * 1024

/** About TCP's initial window (RFC 6928: ten segments). A smaller first piece would not arrive earlier. */
const firstPieceBytes = 16 * 1024

/**
 * Returns the end of the piece at `at` for a reader that started at `start`. The first piece is small. Later
 * pieces end at common offsets, so that readers can share them.
 */
export const nextPieceEnd = (start: number, at: number): number => {
  const next = at - (at % pieceBytes) + pieceBytes
  return at === start ? Math.min(at + firstPieceBytes, next) : next
}
