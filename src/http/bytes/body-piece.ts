/**
 * A piece of a body. A string contains one byte per character (latin1). Pieces are shared; do not modify
 * them.
 */
export type BodyPiece = Uint8Array | string

/**
 * Maximum number of bytes of a piece that is sent as a string. Node sends strings together with the head of
 * the reply, in one write. Each further write costs more than a copy of this length.
 */
export const maxTextBodyBytes = 12 * 1024

export const toLatin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Joins the pieces in one buffer. */
export const joinPieces = (pieces: ReadonlyArray<BodyPiece>): Buffer =>
  Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)))

/**
 * Splits a template at its slots, the places for the token. Returns the bytes before, between and after the
 * slots, each as a piece that can be sent.
 */
export const splitAtSlots = (
  bytes: Uint8Array,
  slots: ReadonlyArray<number> | Uint32Array,
  slotLength: number,
): ReadonlyArray<BodyPiece> => {
  const starts = [0, ...Array.from(slots, (slot) => slot + slotLength)]
  return starts.map((start, index) => {
    const piece = bytes.subarray(start, slots[index] ?? bytes.length)
    return piece.length <= maxTextBodyBytes ? toLatin1(piece) : piece
  })
}

/**
 * Fills the slots of a template: returns the pieces with `filling` between them, and `last` at the end.
 * Adjacent strings are joined, because then a short body is sent in one write together with the head of the
 * reply. `filling` and `last` are latin1.
 */
export const fillSlots = (
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
