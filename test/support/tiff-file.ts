/** Returns an RGB TIFF of 4 × 4 pixels with `bits` a channel and the extra tags `own`. All samples are 0. */
export const createTiff = (
  bits: number,
  own: ReadonlyArray<readonly [tag: number, value: number]>,
): Buffer => {
  const tags = new Map<number, number>([
    [256, 4],
    [257, 4],
    [258, bits],
    [259, 1],
    [262, 2],
    [277, 3],
    [278, 4],
    [279, (4 * 4 * 3 * bits) / 8],
    [284, 1],
    ...own,
  ])
  tags.set(273, 8 + 2 + 12 * (tags.size + 1) + 4)
  const sorted = [...tags].sort(([a], [b]) => a - b)
  const file = Buffer.alloc((tags.get(273) ?? 0) + (tags.get(279) ?? 0))
  file.write('II*\0', 'latin1')
  file.writeUInt32LE(8, 4)
  file.writeUInt16LE(sorted.length, 8)
  for (const [i, [tag, value]] of sorted.entries()) {
    const entry = 10 + 12 * i
    file.writeUInt16LE(tag, entry)
    file.writeUInt16LE(4, entry + 2)
    file.writeUInt32LE(1, entry + 4)
    file.writeUInt32LE(value, entry + 8)
  }
  return file
}
