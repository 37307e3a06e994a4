import { constants, crc32 } from 'node:zlib'
import { O } from '../../fp.ts'
import { deflate, inflate } from './compress.ts'
import { createFilledCrc } from './crc32.ts'
import { fillIdentity, type IdentityTemplate } from './identity-template.ts'
import { MAX_PLACEHOLDER, placeholderOf } from './placeholder.ts'

// Deflate (RFC 1951) writes a text as literal bytes and as copies of what came up to 32 KB before. The token of a list
// stands in it many times: here once as it is, and else as copies, whose bits tell where the token began and how long it
// is, not what it is. So all other bits are the same for every token of one length, and a viewer's body is one copy of
// the template, with his token written over one place, and the CRC-32 that belongs to it.

/** A signed list as gzip (RFC 1952), for any token of one length. */
export type GzipTemplate = {
  readonly bytes: Uint8Array
  /** Where the token stands as it is: once, or a few times when not all the others could be copies. */
  readonly places: ReadonlyArray<number>
  /** CRC-32 of the list with this token in it. */
  readonly crcOf: (token: Uint8Array) => number
}

// Deflate; no name, no time; compressed well; on an unknown system (RFC 1952 §2.3).
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255])
const TRAILER_LENGTH = 8

const MAX_PLACES = 8

/**
 * The template of a list; `none` when there is no hole in it, or when too many tokens had to stand as they are.
 * The first one has to. Another has to when the one before it is more than 32 KB away, or when, of a token and what
 * comes after it, one or two bytes are left that are too few to be a copy.
 */
export const createGzipTemplate = async (list: IdentityTemplate): Promise<O.Option<GzipTemplate>> => {
  let [wrong] = list.holes
  if (list.tokenLength > MAX_PLACEHOLDER) return O.none
  const stored: number[] = []
  while (wrong !== undefined && stored.length < MAX_PLACES) {
    stored.push(wrong)
    const template = await assemble(list, stored)
    const proof = await examine(template, list)
    if (proof.isRight) return O.some(template)
    // Those after it may be wrong because they are copies of it.
    wrong = proof.firstWrongHole
  }
  return O.none
}

/**
 * The list for one viewer, in pieces one after the other. `token` has the length of the template. Hot path: what is the
 * same for all is not copied, and nobody may write to it.
 */
export const gzipPieces = (
  { bytes, places, crcOf }: GzipTemplate,
  token: Uint8Array,
): ReadonlyArray<Uint8Array> => {
  const pieces: Uint8Array[] = []
  let at = 0
  for (const place of places) {
    pieces.push(bytes.subarray(at, place), token)
    at = place + token.length
  }
  const trailer = Buffer.from(bytes.subarray(-TRAILER_LENGTH))
  trailer.writeUInt32LE(crcOf(token))
  pieces.push(bytes.subarray(at, -TRAILER_LENGTH), trailer)
  return pieces
}

/** The same in one piece. */
export const fillGzip = (template: GzipTemplate, token: Uint8Array): Buffer =>
  Buffer.concat(gzipPieces(template, token))

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

/** Compresses the list with a placeholder for the token, which is stored in some of the holes. */
const assemble = async (list: IdentityTemplate, stored: ReadonlyArray<number>): Promise<GzipTemplate> => {
  const { tokenLength } = list
  const text = fillIdentity(list, placeholderOf(tokenLength))
  const starts = [0, ...stored.map((hole) => hole + tokenLength)]
  const between = await Promise.all(
    starts.map((start, index) => {
      const end = stored[index]
      return deflate(text.subarray(start, end), {
        // To whoever inflates, a dictionary is what came before.
        ...(start === 0 ? {} : { dictionary: text.subarray(0, start) }),
        // A flush ends with a byte, where a stored block can start.
        finishFlush: end === undefined ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      })
    }),
  )

  const token = Buffer.concat([storedBlockHeader(tokenLength), placeholderOf(tokenLength)])
  let at = HEADER.length
  const places = stored.map((_, index) => {
    at += (between[index]?.length ?? 0) + token.length
    return at - tokenLength
  })
  return {
    bytes: Buffer.concat([
      HEADER,
      ...between.flatMap((piece, index) => (index === 0 ? [piece] : [token, piece])),
      trailerOf(text.length),
    ]),
    places,
    crcOf: createFilledCrc(list.bytes, list.holes, tokenLength),
  }
}

type Proof = { readonly isRight: boolean; readonly firstWrongHole?: number | undefined }

/**
 * Proves a template for every token there is, or tells the first hole that it fills wrongly. Whatever is written over
 * its places, each byte that is inflated is always the same one, or always a copy of the same byte of the token. Of the
 * fillings below, the first and the second have no byte in common, which tells a copy from what is always the same;
 * and no two places have the same bytes in the first and in the third, which tells of what place it is a copy.
 */
const examine = async (template: GzipTemplate, list: IdentityTemplate): Promise<Proof> => {
  const places = Array.from({ length: list.tokenLength }, (_, place) => place)
  const fillings = [
    places.map((place) => place & 0xff),
    places.map((place) => ~place & 0xff),
    places.map((place) => place >> 8),
  ]
  const proofs = await Promise.all(fillings.map((filling) => compare(template, list, Buffer.from(filling))))
  return proofs.find(({ isRight }) => !isRight) ?? { isRight: true }
}

const compare = async (template: GzipTemplate, list: IdentityTemplate, filling: Buffer): Promise<Proof> => {
  const { holes, tokenLength } = list
  const expected = fillIdentity(list, filling)
  const found = await inflate(fillGzip(template, filling).subarray(HEADER.length, -TRAILER_LENGTH))
  if (found.equals(expected)) return { isRight: template.crcOf(filling) === crc32(expected) }
  const isWrong = (hole: number) =>
    found.compare(expected, hole, hole + tokenLength, hole, hole + tokenLength) !== 0
  return { isRight: false, firstWrongHole: holes.find(isWrong) }
}
