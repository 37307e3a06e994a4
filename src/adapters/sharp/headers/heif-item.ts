import { boxData, createFieldCursor, type HeifBox, heifBoxesIn } from './heif-boxes.ts'

/** Returns the item id of the primary image (`pitm`, ISO/IEC 14496-12 §8.11.4). */
export const primaryHeifItem = (meta: ReadonlyArray<HeifBox>): number | null => {
  const pitm = boxData(meta, 'pitm')
  if (pitm === undefined || pitm.length < 6) return null
  return pitm[0] === 0 ? pitm.readUInt16BE(4) : pitm.length < 8 ? null : pitm.readUInt32BE(4)
}

/** Returns the types of all items (`iinf`, ISO/IEC 14496-12 §8.11.6, versions 2 and 3 of its entries). */
export const heifItemTypes = (meta: ReadonlyArray<HeifBox>): ReadonlyArray<string> => {
  const iinf = boxData(meta, 'iinf')
  if (iinf === undefined) return []
  return heifBoxesIn(iinf.subarray(iinf[0] === 0 ? 6 : 8))
    .filter(({ type }) => type === 'infe')
    .map(({ data }) => data.toString('latin1', data[0] === 3 ? 10 : 8, data[0] === 3 ? 14 : 12))
}

/** Returns the properties of an item in order (`iprp`, ISO/IEC 23008-12 §9.3). */
export const heifPropertiesOf = (meta: ReadonlyArray<HeifBox>, item: number): ReadonlyArray<HeifBox> => {
  const iprp = heifBoxesIn(boxData(meta, 'iprp') ?? Buffer.alloc(0))
  const all = heifBoxesIn(boxData(iprp, 'ipco') ?? Buffer.alloc(0))
  const found: HeifBox[] = []
  for (const { type, data } of iprp) {
    if (type !== 'ipma') continue
    const cursor = createFieldCursor(data)
    const version = cursor.next(1)
    const hasWideIndex = (cursor.next(3) & 1) === 1
    for (let entries = cursor.next(4); entries > 0 && !cursor.isAtEnd(); entries -= 1) {
      const id = cursor.next(version === 0 ? 2 : 4)
      for (let links = cursor.next(1); links > 0 && !cursor.isAtEnd(); links -= 1) {
        const index = hasWideIndex ? cursor.next(2) & 0x7fff : cursor.next(1) & 0x7f
        const property = all[index - 1]
        if (id === item && property !== undefined) found.push(property)
      }
    }
  }
  return found
}

/**
 * Returns the id of the first image from which an item is derived (`iref` type `dimg`), for example the first
 * tile of a grid. Returns `null` if there is none.
 */
export const firstGridTile = (meta: ReadonlyArray<HeifBox>, item: number): number | null => {
  const iref = boxData(meta, 'iref')
  if (iref === undefined) return null
  const idSize = iref[0] === 0 ? 2 : 4
  for (const { type, data } of heifBoxesIn(iref.subarray(4))) {
    const cursor = createFieldCursor(data)
    if (type === 'dimg' && cursor.next(idSize) === item && cursor.next(2) > 0) return cursor.next(idSize)
  }
  return null
}

/**
 * Returns the position of an item in the file (`iloc`, ISO/IEC 14496-12 §8.11.3); `null` if the item is not
 * in the file itself.
 */
export const heifItemOffset = (meta: ReadonlyArray<HeifBox>, item: number): number | null => {
  const cursor = createFieldCursor(boxData(meta, 'iloc') ?? Buffer.alloc(0))
  const version = cursor.next(1)
  cursor.next(3)
  const sizes = cursor.next(2)
  const [offsetSize, lengthSize] = [sizes >> 12, (sizes >> 8) & 15]
  const [baseSize, indexSize] = [(sizes >> 4) & 15, version === 0 ? 0 : sizes & 15]
  const idSize = version < 2 ? 2 : 4
  for (let items = cursor.next(idSize); items > 0 && !cursor.isAtEnd(); items -= 1) {
    const id = cursor.next(idSize)
    const method = version === 0 ? 0 : cursor.next(2) & 15
    cursor.next(2)
    const base = cursor.next(baseSize)
    const extents = cursor.next(2)
    // Only the first extent of the wanted item is read. All extents of another item are skipped in one step,
    // because an item can declare 65,535 extents whose entries take no bytes.
    if (id === item && extents > 0) {
      cursor.next(indexSize)
      return method === 0 ? base + cursor.next(offsetSize) : null
    }
    cursor.skip(extents * (indexSize + offsetSize + lengthSize))
  }
  return null
}
