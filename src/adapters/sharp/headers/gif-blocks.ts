const [extension, image] = [0x21, 0x2c]

/** Bytes of a colour table, from the packed field that announces it (GIF89a, section 18). */
const tableSize = (packed: number): number => ((packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1))

/** Returns whether a GIF ends before its trailer. `false` if its blocks make no sense. */
export const lacksTrailer = (gif: Buffer): boolean => {
  let at = 13 + tableSize(gif[10] ?? 0)
  while (at < gif.length) {
    const kind = gif[at]
    if (kind === extension) at += 2
    else if (kind === image) at += 11 + tableSize(gif[at + 9] ?? 0)
    // Zeros are what an interrupted copy leaves.
    else return kind === 0
    // Sub-blocks, each behind its length, to an empty one.
    while (at < gif.length && gif[at] !== 0) at += 1 + (gif[at] ?? 0)
    at += 1
  }
  return true
}
