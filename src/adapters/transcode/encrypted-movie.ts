import { type SourceBox, sourceBoxesBetween } from './isobmff/source-boxes.ts'
import { type SourceBytes, withSourceBytes } from './source-bytes.ts'

type Range = Pick<SourceBox, 'body' | 'end'>

/** Sample entries of encrypted tracks: ISO/IEC 14496-12 §8.12 (CENC and similar schemes), and FairPlay. */
const ENCRYPTED: ReadonlyArray<string> = ['encv', 'enca', 'drmi', 'drms']

/**
 * Maximum number of children of a box that are read. Real files have fewer; a hostile file may have millions.
 */
const MOST_BOXES = 1000

/**
 * Returns whether a track of an MP4 or QuickTime file is encrypted. Demuxers report the codec under the
 * encryption, and would decode noise.
 */
export const isEncryptedMovie = (path: string, signal: AbortSignal): Promise<boolean> =>
  withSourceBytes(path, signal, async (bytes) => {
    let ranges: ReadonlyArray<Range> = [{ body: 0, end: bytes.size }]
    for (const type of ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'])
      ranges = (await childrenOf(bytes, ranges)).filter((box) => box.type === type)
    // Version, flags and a count precede the entries.
    const tables = ranges.map((range) => ({ ...range, body: range.body + 8 }))
    return (await childrenOf(bytes, tables)).some(({ type }) => ENCRYPTED.includes(type))
  })

const childrenOf = async (
  bytes: SourceBytes,
  ranges: ReadonlyArray<Range>,
): Promise<ReadonlyArray<SourceBox>> => {
  const children: SourceBox[] = []
  for (const { body, end } of ranges)
    children.push(...(await sourceBoxesBetween(bytes, body, end, MOST_BOXES)))
  return children
}
