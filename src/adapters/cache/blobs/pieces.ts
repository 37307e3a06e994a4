/** What one reader of a fill gets at a time, and has in memory when he has stopped reading. */
export const pieceBytes = 128 * 1024

/** What a client can be sent before it has answered (RFC 6928: ten segments): a little is as early as much. */
const firstPieceBytes = 16 * 1024

/** Where the piece of a reader ends who started at `start` and stands at `at`: first a small one, then those that all have. */
export const pieceEnd = (start: number, at: number): number => {
  const next = at - (at % pieceBytes) + pieceBytes
  return at === start ? Math.min(at + firstPieceBytes, next) : next
}
