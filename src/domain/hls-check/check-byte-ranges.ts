import type { Line } from '../hls/m3u8-lines.ts'
import { type Check, type Finding, ruleViolation, withTag } from './finding.ts'

/** Bytes of a resource, from `start` up to and without `end`. */
type Range = { readonly line: Line; readonly uri: string; readonly start: number; readonly end: number }

const readRanges = (
  lines: ReadonlyArray<Line>,
): { readonly ranges: ReadonlyArray<Range>; readonly findings: ReadonlyArray<Finding> } => {
  const ranges: Range[] = []
  const findings: Finding[] = []
  let pending: Line | null = null
  let previous: Range | null = null
  for (const line of lines) {
    if (line.tag === 'EXT-X-BYTERANGE') pending = line
    if (line.uri === null) continue
    const range: Range | string | null = pending === null ? null : rangeOf(pending, line.uri, previous)
    if (typeof range === 'string') findings.push(ruleViolation('byte-range', pending, range))
    previous = typeof range === 'string' ? null : range
    if (previous !== null) ranges.push(previous)
    pending = null
  }
  if (pending !== null) findings.push(ruleViolation('byte-range', pending, 'is followed by no part'))
  return { ranges, findings }
}

/** The range, or what is wrong with it. Without an offset it begins where the one before ends. */
const rangeOf = (line: Line, uri: string, previous: Range | null): Range | string => {
  const [, length, offset] = /^([1-9]\d*)(?:@(\d+))?$/.exec(line.value) ?? []
  if (length === undefined) return `${line.value} is no range of bytes`
  if (offset === undefined && previous?.uri !== uri)
    return 'has no offset, and follows on no bytes of the same part'
  const start = offset === undefined ? (previous?.end ?? 0) : Number(offset)
  return { line, uri, start, end: start + Number(length) }
}

const ranges: Check = (lines) => readRanges(lines).findings

const keyPictures: Check = (lines) => {
  if (withTag(lines, 'EXT-X-I-FRAMES-ONLY').length === 0) return []
  const ends = new Map<string, number>()
  return readRanges(lines).ranges.flatMap(({ line, uri, start, end }) => {
    const overlaps = start < (ends.get(uri) ?? 0)
    ends.set(uri, Math.max(end, ends.get(uri) ?? 0))
    return overlaps ? [ruleViolation('i-frames', line, 'shares bytes with a key picture before it')] : []
  })
}

/** Whether ranges can be read, and those of key pictures are of one picture each. */
export const byteRangeChecks: ReadonlyArray<Check> = [ranges, keyPictures]
