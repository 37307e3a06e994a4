import type { FileHandle } from 'node:fs/promises'
import { BOX_HEADER_BYTES, type BoxHeader, malformedBox, readBoxHeader } from './isobmff.ts'

/**
 * Maximum size in bytes of a `moov` or `moof` that is read into memory. The boxes of a file with one track
 * are far smaller.
 */
const MAX_METADATA_BYTES = 8 * 2 ** 20

export const readBytesAt = async (file: FileHandle, offset: number, length: number): Promise<Uint8Array> => {
  if (length > MAX_METADATA_BYTES) throw malformedBox('metadata without end')
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset)
  if (bytesRead < length) throw malformedBox('cut off')
  return buffer
}

/** Reads the header of the box at `offset`. Throws if the box ends after `end`. */
const readHeaderAt = async (file: FileHandle, offset: number, end: number): Promise<BoxHeader> => {
  const room = end - offset
  return readBoxHeader(await readBytesAt(file, offset, Math.min(BOX_HEADER_BYTES, room)), room)
}

/** Reads a box header as `readHeaderAt` does. Throws if the box has another type. */
export const readHeaderOfType = async (
  file: FileHandle,
  offset: number,
  end: number,
  ...types: ReadonlyArray<string>
): Promise<BoxHeader> => {
  const header = await readHeaderAt(file, offset, end)
  if (!types.includes(header.type)) throw malformedBox(`no ${types[0]} where one must be`)
  return header
}

/** A box in a file: its type, and the start and end of its payload in bytes. */
export type BoxRange = { readonly type: string; readonly start: number; readonly end: number }

export const onlyBoxOf = (boxes: ReadonlyArray<BoxRange>, type: string): BoxRange => {
  const [box, ...others] = boxes.filter((candidate) => candidate.type === type)
  if (box === undefined || others.length > 0) throw malformedBox(`no ${type} box, or more than one`)
  return box
}

/** Returns the payload of a box. */
export const readBoxAt = (file: FileHandle, { start, end }: BoxRange): Promise<Uint8Array> =>
  readBytesAt(file, start, end - start)

/**
 * Maximum number of boxes at one level. A progressive file of Larder has far fewer. A decoder that a hostile
 * file has taken over may write more.
 */
const MAX_BOXES = 1000

/**
 * Lists the boxes from `start` to `end`. Reads only their headers, because a payload may not fit into memory.
 */
export const boxRangesBetween = async (
  file: FileHandle,
  start: number,
  end: number,
): Promise<ReadonlyArray<BoxRange>> => {
  const boxes: BoxRange[] = []
  for (let at = start; at < end; ) {
    if (boxes.length === MAX_BOXES) throw malformedBox('boxes without end')
    const { type, headerSize, size } = await readHeaderAt(file, at, end)
    boxes.push({ type, start: at + headerSize, end: at + size })
    at += size
  }
  return boxes
}
