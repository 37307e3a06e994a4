import type { FileBytes } from './file-bytes.ts'

type Box = { readonly type: string; readonly at: number; readonly size: number }

/**
 * Where a second MP4 or QuickTime file begins behind the first: it has an index of its own, and engines read the first
 * one alone. Where an index comes again and its fragments go on in time, as in live recordings, there is no second file.
 */
export const findSecondMp4 = async (bytes: FileBytes): Promise<number | null> => {
  let first: ReadonlyArray<Box> = []
  for (const part of partsOf(await boxesIn(bytes))) {
    const isSecond = has(first, 'moov') && has(part, 'moov') && !(await goesOn(bytes, first, part))
    if (isSecond) return part[0]?.at ?? null
    first = [...first, ...part]
  }
  return null
}

const has = (part: ReadonlyArray<Box>, type: string): boolean => part.some((box) => box.type === type)

/** Splits the boxes into groups: each starts with a box that a file may begin with. */
const partsOf = (boxes: ReadonlyArray<Box>): ReadonlyArray<ReadonlyArray<Box>> => {
  const starts = boxes.flatMap(({ type }, i) => (type === 'ftyp' || i === 0 ? [i] : []))
  return starts.map((start, n) => boxes.slice(start, starts[n + 1]))
}

/** Headers of ISO/IEC 14496-12 §4.2; a box to the end of the file is the last one. */
const boxesIn = async (bytes: FileBytes): Promise<ReadonlyArray<Box>> => {
  const boxes: Box[] = []
  for (let at = 0; ; ) {
    const head = await bytes.at(at, 16)
    if (head.length < 8) return boxes
    const short = head.readUInt32BE(0)
    const size = short === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : short
    if (size < 8) return boxes
    boxes.push({ type: head.toString('latin1', 4, 8), at, size })
    at += size
  }
}

const goesOn = async (
  bytes: FileBytes,
  first: ReadonlyArray<Box>,
  part: ReadonlyArray<Box>,
): Promise<boolean> => {
  const [next] = await timesIn(bytes, part.filter(({ type }) => type === 'moof').slice(0, 1))
  if (next === undefined) return false
  const before = await timesIn(
    bytes,
    first.filter(({ type }) => type === 'moof'),
  )
  return before.every(({ track, ticks }) => track !== next.track || ticks < next.ticks)
}

/** Much more than a fragment has in front of the time of its first track. */
const MOST_READ_BYTES = 4096

/** Of the first track of each fragment: its number and its time (ISO/IEC 14496-12 §8.8.7, §8.8.12). */
const timesIn = async (bytes: FileBytes, fragments: ReadonlyArray<Box>) => {
  const times: { readonly track: number; readonly ticks: bigint }[] = []
  for (const { at, size } of fragments) {
    const moof = await bytes.at(at, Math.min(size, MOST_READ_BYTES))
    const [header, time] = [moof.indexOf('tfhd'), moof.indexOf('tfdt')]
    if (header < 0 || time < 0 || time + 16 > moof.length) continue
    const isLong = moof[time + 4] === 1
    times.push({
      track: moof.readUInt32BE(header + 8),
      ticks: isLong ? moof.readBigUInt64BE(time + 8) : BigInt(moof.readUInt32BE(time + 8)),
    })
  }
  return times
}
