import { type SourceBytes, withSourceBytes } from './source-bytes.ts'

type Range = { readonly type: string; readonly from: number; readonly to: number }

/** Sample entries of encrypted tracks: ISO/IEC 14496-12 §8.12 (as CENC and its kin have), and FairPlay. */
const ENCRYPTED: ReadonlyArray<string> = ['encv', 'enca', 'drmi', 'drms']

/** More than the children of any box on the way; a hostile file may have millions. */
const MOST_BOXES = 1000

/** Whether a track of an MP4 or QuickTime file is encrypted. Demuxers name the codec inside, and decode noise. */
export const isEncryptedMovie = (path: string, signal: AbortSignal): Promise<boolean> =>
  withSourceBytes(path, signal, async (bytes) => {
    let ranges: ReadonlyArray<Range> = [{ type: '', from: 0, to: bytes.size }]
    for (const type of ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'])
      ranges = (await childrenOf(bytes, ranges)).filter((box) => box.type === type)
    // Version, flags and a count stand before the entries.
    const tables = ranges.map((range) => ({ ...range, from: range.from + 8 }))
    return (await childrenOf(bytes, tables)).some(({ type }) => ENCRYPTED.includes(type))
  })

const childrenOf = async (
  bytes: SourceBytes,
  ranges: ReadonlyArray<Range>,
): Promise<ReadonlyArray<Range>> => {
  const children: Range[] = []
  for (const { from, to } of ranges) children.push(...(await boxesBetween(bytes, from, to)))
  return children
}

/** Headers of ISO/IEC 14496-12 §4.2, up to one that is malformed or lasts to the end of the file. */
const boxesBetween = async (bytes: SourceBytes, from: number, to: number): Promise<ReadonlyArray<Range>> => {
  const boxes: Range[] = []
  for (let at = from; at + 8 <= to && boxes.length < MOST_BOXES; ) {
    const head = await bytes.at(at, 16)
    if (head.length < 8) break
    const isLong = head.readUInt32BE(0) === 1 && head.length === 16
    const size = isLong ? Number(head.readBigUInt64BE(8)) : head.readUInt32BE(0)
    const header = isLong ? 16 : 8
    if (size < header) break
    boxes.push({ type: head.toString('latin1', 4, 8), from: at + header, to: Math.min(to, at + size) })
    at += size
  }
  return boxes
}
