import type { SourceBytes } from '../source-bytes.ts'

const BLOCK_BYTES = 2 ** 20

/**
 * Returns the position of the first of several patterns of equal length after `from`; `null` if there is
 * none. It is for formats whose files do not contain their own size.
 */
const findAfter = async (
  bytes: SourceBytes,
  patterns: readonly [Buffer, ...Buffer[]],
  from: number,
): Promise<number | null> => {
  for (let at = from; at < bytes.size; at += BLOCK_BYTES) {
    const block = await bytes.at(at, BLOCK_BYTES + patterns[0].length - 1)
    const found = patterns.map((pattern) => block.indexOf(pattern)).filter((place) => place >= 0)
    if (found.length > 0) return at + Math.min(...found)
  }
  return null
}

/**
 * The marker of a FLAC file, and the header of its first block, which contains the block's size
 * (RFC 9639 §8.1). A frame contains these bytes only if it was crafted.
 */
const FLAC_HEAD = Buffer.from('fLaC\0\0\0\x22', 'latin1')
const LAST_BLOCK = 0x80

/**
 * Returns the position of a second FLAC file. Searches only after the metadata blocks, because a picture in
 * one of them may contain any bytes.
 */
export const findSecondFlac = async (bytes: SourceBytes): Promise<number | null> => {
  let at = 4
  for (;;) {
    const head = await bytes.at(at, 4)
    if (head.length < 4) return null
    at += 4 + head.readUIntBE(1, 3)
    if (((head[0] ?? 0) & LAST_BLOCK) !== 0) break
  }
  const [notLast, last] = [FLAC_HEAD, Buffer.from(FLAC_HEAD)]
  last[4] = LAST_BLOCK
  return findAfter(bytes, [notLast, last], at)
}

/**
 * Returns the position of a second Flash Video file. A file starts with a header of 9 bytes and a tag size of
 * 0 (FLV 10.1, annex E.2).
 */
export const findSecondFlv = async (bytes: SourceBytes): Promise<number | null> => {
  const head = await bytes.at(0, 13)
  return head.length < 13 || head.readUInt32BE(5) !== 9 ? null : findAfter(bytes, [head], 13)
}
