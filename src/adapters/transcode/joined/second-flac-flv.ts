import type { SourceBytes } from '../source-bytes.ts'

const BLOCK_BYTES = 2 ** 20

/** Where one of the patterns, equally long, comes behind `from`. Formats that do not say where they end are read through. */
const findBehind = async (
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

/** The marker and the head of the first block, which says how long it is (RFC 9639 §8.1): no frame holds it but by design. */
const FLAC_HEAD = Buffer.from('fLaC\0\0\0\x22', 'latin1')
const LAST_BLOCK = 0x80

/** Behind the blocks in front of the sound: a picture in one of them may be anything. */
export const findSecondFlac = async (bytes: SourceBytes): Promise<number | null> => {
  let at = 4
  for (;;) {
    const head = await bytes.at(at, 4)
    if (head.length < 4) return null
    at += 4 + head.readUIntBE(1, 3)
    if (((head[0] ?? 0) & LAST_BLOCK) !== 0) break
  }
  const [more, alone] = [FLAC_HEAD, Buffer.from(FLAC_HEAD)]
  alone[4] = LAST_BLOCK
  return findBehind(bytes, [more, alone], at)
}

/** Flash Video has a head of 9 bytes, and none before the first tag (FLV 10.1, annex E.2). */
export const findSecondFlv = async (bytes: SourceBytes): Promise<number | null> => {
  const head = await bytes.at(0, 13)
  return head.length < 13 || head.readUInt32BE(5) !== 9 ? null : findBehind(bytes, [head], 13)
}
