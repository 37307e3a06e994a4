/** Where a box begins in a file, and how many bytes it has; found along the path of types from the first byte on. */
export type BoxPlace = { readonly start: number; readonly size: number; readonly body: number }

/** Boxes that begin with other fields than boxes. */
const prefix: Readonly<Record<string, number>> = { stsd: 8, avc1: 78, mp4a: 28 }

const placesIn = (bytes: Buffer, from: number, to: number, type: string): ReadonlyArray<BoxPlace> => {
  const found: BoxPlace[] = []
  for (let at = from; at < to; ) {
    const size = bytes.readUInt32BE(at)
    if (bytes.toString('latin1', at + 4, at + 8) === type) found.push({ start: at, size, body: at + 8 })
    at += size
  }
  return found
}

/** All boxes of the last type of the path. */
export const boxesAlong = (bytes: Buffer, path: ReadonlyArray<string>): ReadonlyArray<BoxPlace> =>
  path.reduce<ReadonlyArray<BoxPlace & { readonly type?: string }>>(
    (places, type, depth) =>
      places.flatMap(({ start, size, body }) => {
        const skipped = depth === 0 ? 0 : (prefix[path[depth - 1] ?? ''] ?? 0)
        return placesIn(bytes, body + skipped, start + size, type)
      }),
    [{ start: 0, size: bytes.length, body: 0 }],
  )

/** The box at this place of them; throws when there is none. */
export const boxAlong = (bytes: Buffer, path: ReadonlyArray<string>, index = 0): BoxPlace => {
  const found = boxesAlong(bytes, path).at(index)
  if (found === undefined) throw new Error(`there is no ${path.join('/')}`)
  return found
}
