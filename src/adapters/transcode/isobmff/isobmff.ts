/**
 * A box of the ISO base media file format (ISO/IEC 14496-12 §4). The readers in this folder that use it are
 * for files from Larder's encoders: they throw for anything malformed, and for a read past the end.
 */
export type Box = {
  readonly type: string
  /** Payload of the box, without its header. */
  readonly body: Uint8Array
}

export type BoxHeader = { readonly type: string; readonly headerSize: number; readonly size: number }

export const malformedBox = (what: string): Error => new Error(`malformed MP4: ${what}`)

/** Maximum size of a box header in bytes: size, type, and 64-bit size. */
export const BOX_HEADER_BYTES = 16

/** Reads the box header at the start of `bytes`. Throws if the box is longer than `room` bytes. */
export const readBoxHeader = (bytes: Uint8Array, room: number): BoxHeader => {
  const fields = createFieldReader(bytes, 'box header')
  const short = fields.u32()
  const type = fields.text(4)
  // A size of 0 means that the box extends to the end of the file. It is valid, but an encoder that finishes
  // never writes it.
  const size = short === 1 ? fields.u64() : short
  const headerSize = fields.position()
  if (size < headerSize) throw malformedBox(`box ${printable(type)} of impossible size ${size}`)
  if (size > room) throw malformedBox(`box ${printable(type)} is cut off`)
  return { type, headerSize, size }
}

/** Lists the boxes in `bytes`. Throws if `bytes` contains anything else. */
export const boxesIn = (bytes: Uint8Array): ReadonlyArray<Box> => {
  const boxes: Box[] = []
  for (let at = 0; at < bytes.length; ) {
    const { type, headerSize, size } = readBoxHeader(bytes.subarray(at), bytes.length - at)
    boxes.push({ type, body: bytes.subarray(at + headerSize, at + size) })
    at += size
  }
  return boxes
}

/** Returns the payload of a nested box. Throws unless there is exactly one box of each type in `path`. */
export const requireOneBox = (bytes: Uint8Array, ...path: ReadonlyArray<string>): Uint8Array =>
  path.reduce((body, type) => {
    const [box, ...others] = boxesIn(body).filter((candidate) => candidate.type === type)
    if (box === undefined) throw malformedBox(`no ${type} box`)
    if (others.length > 0) throw malformedBox(`more than one ${type} box`)
    return box.body
  }, bytes)

/** Reads consecutive big-endian fields. Throws past the end. */
export type FieldReader = {
  readonly u8: () => number
  readonly u16: () => number
  readonly u24: () => number
  readonly u32: () => number
  readonly i32: () => number
  /** Reads 64 bits. Throws for a value above 2^53. */
  readonly u64: () => number
  readonly text: (length: number) => string
  readonly skip: (length: number) => void
  readonly take: (length: number) => Uint8Array
  readonly rest: () => Uint8Array
  /** Returns the number of bytes that were read so far. */
  readonly position: () => number
}

export const createFieldReader = (bytes: Uint8Array, name: string): FieldReader => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const take = (length: number): number => {
    if (length > bytes.length - at) throw malformedBox(`${name} is too short`)
    at += length
    return at - length
  }
  const u64 = (): number => {
    const value = Number(view.getBigUint64(take(8)))
    if (!Number.isSafeInteger(value)) throw malformedBox(`${name} has a number beyond 2^53`)
    return value
  }
  return {
    u8: () => view.getUint8(take(1)),
    u16: () => view.getUint16(take(2)),
    u24: () => view.getUint8(take(1)) * 0x1_0000 + view.getUint16(take(2)),
    u32: () => view.getUint32(take(4)),
    i32: () => view.getInt32(take(4)),
    u64,
    text: (length) => String.fromCharCode(...bytes.subarray(take(length), at)),
    skip: (length) => {
      take(length)
    },
    take: (length) => bytes.subarray(take(length), at),
    rest: () => bytes.subarray(at),
    position: () => at,
  }
}

const printable = (type: string): string => type.replace(/[^ -~]/g, '?')
