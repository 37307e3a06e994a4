import { constants } from 'node:zlib'
import { O } from '../../fp.ts'
import { deflated, gunzipped } from './compress.ts'
import { createFilledCrc } from './crc32.ts'
import { fillIdentity, type IdentityTemplate } from './identity-template.ts'
import { MAX_PLACEHOLDER, placeholderOf } from './placeholder.ts'

// Deflate (RFC 1951) writes a text as literal bytes and as copies of what came up to 32 KB before. The token of a list
// stands in it many times: once as it is, here, and else as copies, whose bits tell where the token begins and how long
// it is, not what it is. So the bits of all but the first are the same for every token of one length, and a viewer's
// body is one copy of the template with his token written over one place, and the CRC-32 that belongs to it.

/** A signed list as gzip (RFC 1952), for any token of one length. */
export type GzipTemplate = {
  readonly bytes: Uint8Array
  /** Where the one token goes that is not compressed. */
  readonly hole: number
  /** CRC-32 of the list with this token in it. */
  readonly crcOf: (token: Uint8Array) => number
}

// Deflate; no name, no time; compressed well; on an unknown system (RFC 1952 §2.3).
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255])
const TRAILER_LENGTH = 8

/** Starts a stored block (RFC 1951 §3.2.4) that is not the last, from the start of a byte. */
const storedBlockHeader = (length: number): Buffer => {
  const header = Buffer.alloc(5)
  header.writeUInt16LE(length, 1)
  header.writeUInt16LE(~length & 0xffff, 3)
  return header
}

const trailerOf = (length: number): Buffer => {
  const trailer = Buffer.alloc(TRAILER_LENGTH)
  trailer.writeUInt32LE(length % 2 ** 32, 4)
  return trailer
}

/**
 * The template of a list; `none` when it has no hole, or when some copy of the token was not made of the one
 * before: because that is too far away, or because one or two bytes are too few to be a copy.
 */
export const createGzipTemplate = async (list: IdentityTemplate): Promise<O.Option<GzipTemplate>> => {
  const [first] = list.holes
  if (first === undefined || list.tokenLength > MAX_PLACEHOLDER) return O.none

  const text = fillIdentity(list, placeholderOf(list.tokenLength))
  const end = first + list.tokenLength
  const head = Buffer.concat([
    HEADER,
    // A flush ends on the border of a byte.
    await deflated(text.subarray(0, first), { finishFlush: constants.Z_SYNC_FLUSH }),
    storedBlockHeader(list.tokenLength),
  ])
  // What came before is given as a dictionary; to who inflates, it is simply what came before.
  const tail = await deflated(text.subarray(end), { dictionary: text.subarray(0, end) })

  const template: GzipTemplate = {
    bytes: Buffer.concat([head, text.subarray(first, end), tail, trailerOf(text.length)]),
    hole: head.length,
    crcOf: createFilledCrc(list.bytes, list.holes, list.tokenLength),
  }
  return (await isProven(template, list)) ? O.some(template) : O.none
}

/** The list for one viewer. `token` has the length of the template. */
export const fillGzip = ({ bytes, hole, crcOf }: GzipTemplate, token: Uint8Array): Buffer => {
  const body = Buffer.from(bytes)
  body.set(token, hole)
  body.writeUInt32LE(crcOf(token), body.length - TRAILER_LENGTH)
  return body
}

/**
 * Proves the template for every token there is. Whatever stands in the hole, each byte that is inflated is always
 * the same one, or always the copy of the same byte of the token. Of the fillings below, no byte is the same in the
 * first and the second, which tells what is a copy from what is not; and no two places have the same byte in the
 * first and in the third, which tells of what place it is one.
 */
const isProven = async (template: GzipTemplate, list: IdentityTemplate): Promise<boolean> => {
  const places = Array.from({ length: list.tokenLength }, (_, place) => place)
  const fillings = [
    places.map((place) => place & 0xff),
    places.map((place) => ~place & 0xff),
    places.map((place) => place >> 8),
  ]
  for (const filling of fillings.map((bytes) => Buffer.from(bytes))) {
    // A copy of the wrong bytes has the wrong CRC too, and is refused.
    const inflated = await gunzipped(fillGzip(template, filling)).catch(() => undefined)
    if (inflated?.equals(fillIdentity(list, filling)) !== true) return false
  }
  return true
}
