/** The position and size of a box in a file (bytes). */
type BoxPlace = { readonly start: number; readonly size: number; readonly body: number }

/** The number of bytes of fields before the child boxes. */
const prefix: Readonly<Record<string, number>> = { stsd: 8, avc1: 78, mp4a: 28 }

const placesIn = (bytes: Buffer, from: number, to: number, type: string): ReadonlyArray<BoxPlace> => {
  const found: BoxPlace[] = []
  for (let offset = from; offset < to; ) {
    const size = bytes.readUInt32BE(offset)
    if (bytes.toString('latin1', offset + 4, offset + 8) === type)
      found.push({ start: offset, size, body: offset + 8 })
    offset += size
  }
  return found
}

/** All boxes at a path of box types, which begins at the top level of the file. */
export const boxesAlong = (bytes: Buffer, path: ReadonlyArray<string>): ReadonlyArray<BoxPlace> =>
  path.reduce<ReadonlyArray<BoxPlace & { readonly type?: string }>>(
    (places, type, depth) =>
      places.flatMap(({ start, size, body }) => {
        const skipped = depth === 0 ? 0 : (prefix[path[depth - 1] ?? ''] ?? 0)
        return placesIn(bytes, body + skipped, start + size, type)
      }),
    [{ start: 0, size: bytes.length, body: 0 }],
  )

/** The box at a path of box types. `index` selects one of several. Throws if there is none. */
export const boxAlong = (bytes: Buffer, path: ReadonlyArray<string>, index = 0): BoxPlace => {
  const found = boxesAlong(bytes, path).at(index)
  if (found === undefined) throw new Error(`there is no ${path.join('/')}`)
  return found
}
