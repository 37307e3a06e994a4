const [extension, image] = [0x21, 0x2c]

/**
 * Returns the size of a colour table in bytes, from the packed field that precedes it (GIF89a, section 18).
 */
const tableSize = (packed: number): number => ((packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1))

/** Returns whether a GIF ends before its trailer. Returns `false` if its blocks are malformed. */
export const lacksGifTrailer = (gif: Buffer): boolean => {
  let at = 13 + tableSize(gif[10] ?? 0)
  while (at < gif.length) {
    const kind = gif[at]
    if (kind === extension) at += 2
    else if (kind === image) at += 11 + tableSize(gif[at + 9] ?? 0)
    // A byte other than a block type means that the file is malformed. Zeros after the last block come from
    // an interrupted copy, so the trailer is missing.
    else return kind === 0
    // Skips sub-blocks, each of which follows its length, up to an empty one.
    while (at < gif.length && gif[at] !== 0) at += 1 + (gif[at] ?? 0)
    at += 1
  }
  return true
}
