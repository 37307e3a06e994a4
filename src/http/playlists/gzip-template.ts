import { constants, crc32 } from 'node:zlib'
import { O } from '../../fp.ts'
import { type BodyPiece, fillSlots, splitAtSlots, toLatin1 } from '../bytes/body-piece.ts'
import { deflate, inflate } from '../response/compress.ts'
import { createTemplateCrc } from './crc32.ts'
import { fillIdentity, type IdentityTemplate } from './identity-template.ts'
import { createPlaceholder, MAX_PLACEHOLDER_LENGTH } from './placeholder.ts'

// Deflate (RFC 1951) encodes a text as literal bytes and as back-references of up to 32 KB. A signed playlist
// contains its token many times. The template contains the token once as literal bytes, and otherwise as
// back-references, which encode distance and length, not content. So all other bits are the same for every
// token of one length. The body for a viewer is a copy of the template with the token written over one place,
// and with the matching CRC-32.

/** A signed playlist as gzip (RFC 1952), for any token of one length. */
export type GzipTemplate = {
  readonly bytes: Uint8Array
  /**
   * Offsets of the literal tokens. There is one literal token, or a few if some of the other tokens cannot be
   * encoded as back-references.
   */
  readonly places: ReadonlyArray<number>
  readonly tokenLength: number
  /** Returns the CRC-32 of the playlist with this token. */
  readonly crcOf: (token: Uint8Array | string) => number
}

// The gzip header: method deflate, no flags, no time, best compression, unknown system (RFC 1952 §2.3).
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255])
const TRAILER_LENGTH = 8

const MAX_PLACES = 8

/**
 * Creates the template of a playlist. Returns `none` if the playlist has no slot, or needs too many literal
 * tokens. The first token is always literal. A later token must be literal if the token before it is more
 * than 32 KB away, or if encoding a token and the text after it leaves one or two bytes, which are too few
 * for a back-reference.
 */
export const createGzipTemplate = async (list: IdentityTemplate): Promise<O.Option<GzipTemplate>> => {
  let [wrongSlot] = list.slots
  if (list.tokenLength > MAX_PLACEHOLDER_LENGTH) return O.none
  const stored: number[] = []
  while (wrongSlot !== undefined && stored.length < MAX_PLACES) {
    stored.push(wrongSlot)
    const template = await assemble(list, stored)
    const check = await verify(template, list)
    if (check.isCorrect) return O.some(template)
    // A later slot may be wrong only because it refers back to this one, so all slots are checked again.
    wrongSlot = check.firstWrongSlot
  }
  return O.none
}

/** Returns the gzip body for one viewer. `token` must have the length for which the template was created. */
export const fillGzip = ({ bytes, places, crcOf }: GzipTemplate, token: Uint8Array): Buffer => {
  const filled = Buffer.from(bytes)
  for (const place of places) filled.set(token, place)
  filled.writeUInt32LE(crcOf(token), filled.length - TRAILER_LENGTH)
  return filled
}

/** Returns the CRC-32 as in the trailer of gzip: little endian, one character per byte. */
const crcText = (crc: number): string =>
  String.fromCharCode(crc & 0xff, (crc >>> 8) & 0xff, (crc >>> 16) & 0xff, crc >>> 24)

/**
 * Returns a function that fills the template for one viewer, and returns the body in consecutive pieces. For
 * speed, long pieces are shared and not copied. Token and CRC-32 are joined with the short pieces next to
 * them to one text.
 */
export const createGzipPieces = ({
  bytes,
  places,
  tokenLength,
  crcOf,
}: GzipTemplate): ((token: string) => ReadonlyArray<BodyPiece>) => {
  const pieces = splitAtSlots(bytes.subarray(0, -TRAILER_LENGTH), places, tokenLength)
  const lengthText = toLatin1(bytes.subarray(-TRAILER_LENGTH / 2))
  return (token) => fillSlots(pieces, token, crcText(crcOf(token)) + lengthText)
}

/**
 * Returns the header of a stored block (RFC 1951 §3.2.4) that is not the last block and starts at a byte
 * boundary.
 */
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
 * Compresses the playlist with a placeholder in place of the token. The slots at the positions `stored` are
 * not compressed: each becomes a stored block of deflate.
 */
const assemble = async (list: IdentityTemplate, stored: ReadonlyArray<number>): Promise<GzipTemplate> => {
  const { tokenLength } = list
  const text = fillIdentity(list, createPlaceholder(tokenLength))
  const starts = [0, ...stored.map((slot) => slot + tokenLength)]
  const between = await Promise.all(
    starts.map((start, index) => {
      const end = stored[index]
      return deflate(text.subarray(start, end), {
        // The preceding text is the dictionary: the decoder already has this text, so the compressor may refer
        // back to it.
        ...(start === 0 ? {} : { dictionary: text.subarray(0, start) }),
        // A sync flush ends the compressed data at a byte boundary, where a stored block can start.
        finishFlush: end === undefined ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      })
    }),
  )

  const token = Buffer.concat([storedBlockHeader(tokenLength), createPlaceholder(tokenLength)])
  let offset = HEADER.length
  const places = stored.map((_, index) => {
    offset += (between[index]?.length ?? 0) + token.length
    return offset - tokenLength
  })
  return {
    bytes: Buffer.concat([
      HEADER,
      ...between.flatMap((piece, index) => (index === 0 ? [piece] : [token, piece])),
      trailerOf(text.length),
    ]),
    places,
    tokenLength,
    crcOf: createTemplateCrc(list.bytes, list.slots, tokenLength),
  }
}

type Check = { readonly isCorrect: boolean; readonly firstWrongSlot?: number | undefined }

/**
 * Proves that the template is correct for every token, or returns the first slot that it fills wrongly. Each
 * inflated byte is either constant or always a copy of the same byte of the token. The first two fillings
 * below differ at every place, which distinguishes copies from constants. No two places have the same bytes
 * in both the first and the third filling, which identifies the place of a copy.
 */
const verify = async (template: GzipTemplate, list: IdentityTemplate): Promise<Check> => {
  const places = Array.from({ length: list.tokenLength }, (_, place) => place)
  const fillings = [
    places.map((place) => place & 0xff),
    places.map((place) => ~place & 0xff),
    places.map((place) => place >> 8),
  ]
  const checks = await Promise.all(fillings.map((filling) => verifyOne(template, list, Buffer.from(filling))))
  return checks.find(({ isCorrect }) => !isCorrect) ?? { isCorrect: true }
}

const verifyOne = async (template: GzipTemplate, list: IdentityTemplate, filling: Buffer): Promise<Check> => {
  const { slots, tokenLength } = list
  const expected = fillIdentity(list, filling)
  const inflated = await inflate(fillGzip(template, filling).subarray(HEADER.length, -TRAILER_LENGTH))
  if (inflated.equals(expected)) return { isCorrect: template.crcOf(filling) === crc32(expected) }
  const isWrong = (slot: number) =>
    inflated.compare(expected, slot, slot + tokenLength, slot, slot + tokenLength) !== 0
  return { isCorrect: false, firstWrongSlot: slots.find(isWrong) }
}
