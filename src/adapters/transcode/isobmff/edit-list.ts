/** The part of a track that is shown, in ticks of the track. */
export type Edit = {
  readonly startTicks: number
  /** `null` if the edit has no end, as in fragmented files. */
  readonly endTicks: number | null
}

/** Ticks per second. */
export type Timescales = { readonly track: number; readonly movie: number }

const NORMAL_RATE = 0x1_0000

/**
 * Returns the edit of an EditListBox (ISO/IEC 14496-12 §8.6.6) that shows media. Edits without media, which
 * only delay the track, may come before it. Returns `null` if there are several edits with media, or if the
 * box is malformed.
 */
export const readEdit = (elst: Buffer, timescales: Timescales): Edit | null => {
  const isLong = elst[0] === 1
  const entryBytes = isLong ? 20 : 12
  if (elst.length < 8) return null
  const count = elst.readUInt32BE(4)
  if (elst.length < 8 + count * entryBytes) return null
  let edit: Edit | null = null
  for (let at = 8; at < 8 + count * entryBytes; at += entryBytes) {
    const duration = isLong ? Number(elst.readBigUInt64BE(at)) : elst.readUInt32BE(at)
    const start = isLong ? Number(elst.readBigInt64BE(at + 8)) : elst.readInt32BE(at + 4)
    if (start === -1 && edit === null) continue
    if (edit !== null || start < 0 || elst.readUInt32BE(at + entryBytes - 4) !== NORMAL_RATE) return null
    const ticks = (duration * timescales.track) / timescales.movie
    edit = { startTicks: start, endTicks: duration === 0 ? null : start + ticks }
  }
  return edit
}
