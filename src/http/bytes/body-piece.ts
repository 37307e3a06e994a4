/** A piece of a body. A string is latin1: one character a byte. Pieces are shared; do not modify them. */
export type BodyPiece = Uint8Array | string

/**
 * Maximum bytes of a piece that is sent as a string. Node sends strings together with the head, in one write.
 * Each further write costs more than a copy of this length.
 */
export const maxTextBytes = 12 * 1024

export const toLatin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Joins the pieces in one buffer. */
export const joinPieces = (pieces: ReadonlyArray<BodyPiece>): Buffer =>
  Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)))

/** Returns the bytes before, between and after the holes of a template, each as a piece that can be sent. */
export const splitAtHoles = (
  bytes: Uint8Array,
  holes: ReadonlyArray<number> | Uint32Array,
  holeLength: number,
): ReadonlyArray<BodyPiece> => {
  const starts = [0, ...Array.from(holes, (hole) => hole + holeLength)]
  return starts.map((start, index) => {
    const piece = bytes.subarray(start, holes[index] ?? bytes.length)
    return piece.length <= maxTextBytes ? toLatin1(piece) : piece
  })
}

/**
 * Returns the pieces with the filling between them, and `last` at the end. Hot path: adjacent strings become
 * one, so that a short body is sent in one write with its head. `filling` and `last` are latin1.
 */
export const fillHoles = (
  pieces: ReadonlyArray<BodyPiece>,
  filling: string,
  last = '',
): ReadonlyArray<BodyPiece> => {
  const filled: BodyPiece[] = []
  let text = ''
  let between = ''
  for (const piece of pieces) {
    text += between
    between = filling
    if (typeof piece === 'string') text += piece
    else {
      if (text !== '') filled.push(text)
      text = ''
      filled.push(piece)
    }
  }
  text += last
  if (text !== '') filled.push(text)
  return filled
}
