type Tag = readonly [tag: number, value: number | ReadonlyArray<number>]

/** Sizes in bytes: the head of the file, the number of entries, an entry, and a position or a number of values. */
type Layout = { readonly head: number; readonly count: 2 | 8; readonly entry: number; readonly offset: 4 | 8 }

const classic: Layout = { head: 8, count: 2, entry: 12, offset: 4 }
const big: Layout = { head: 16, count: 8, entry: 20, offset: 8 }

const [long, short] = [4, 3]

/**
 * Returns an RGB TIFF of 4 × 4 pixels with `bits` a channel and the extra tags `own`. All samples are 0. A list
 * of values is stored as SHORT, behind the pixels if it does not fit into its entry.
 */
export const createTiff = (bits: number, own: ReadonlyArray<Tag>): Buffer => tiffOf(classic, bits, own)

/** Returns the same as a BigTIFF. */
export const createBigTiff = (bits: number, own: ReadonlyArray<Tag>): Buffer => tiffOf(big, bits, own)

const tiffOf = (
  { head, count, entry: entryBytes, offset }: Layout,
  bits: number,
  own: ReadonlyArray<Tag>,
): Buffer => {
  const tags = new Map<number, number | ReadonlyArray<number>>([
    [256, 4],
    [257, 4],
    [258, bits],
    [259, 1],
    [262, 2],
    [277, 3],
    [278, 4],
    [284, 1],
    ...own,
  ])
  const pixels = 4 * Math.ceil((4 * Number(tags.get(277)) * bits) / 8)
  const start = head + count + entryBytes * (tags.size + 2) + offset
  tags.set(273, start).set(279, pixels)
  const sorted = [...tags].sort(([a], [b]) => a - b)
  const file = Buffer.alloc(start + pixels)
  file.write(offset === 8 ? 'II+\0\x08' : 'II*\0', 'latin1')
  file.writeUInt32LE(head, head - offset)
  file.writeUInt16LE(sorted.length, head)
  const lists: Buffer[] = []
  let end = file.length
  for (const [i, [tag, value]] of sorted.entries()) {
    const entry = head + count + entryBytes * i
    const [values, place] = [typeof value === 'number' ? 1 : value.length, entry + 4 + offset]
    file.writeUInt16LE(tag, entry)
    file.writeUInt16LE(typeof value === 'number' ? long : short, entry + 2)
    file.writeUInt32LE(values, entry + 4)
    if (typeof value === 'number') {
      file.writeUInt32LE(value, place)
      continue
    }
    const list = Buffer.from(Uint16Array.from(value).buffer)
    if (list.length <= offset) list.copy(file, place)
    else {
      file.writeUInt32LE(end, place)
      lists.push(list)
      end += list.length
    }
  }
  return Buffer.concat([file, ...lists])
}
