import type { M3u8Line } from '../hls/m3u8-lines.ts'
import { linesWithTag, type PlaylistCheck, type PlaylistFinding, ruleViolation } from './finding.ts'

/** A range of bytes of a resource, without the byte at `end`. */
type Range = { readonly line: M3u8Line; readonly uri: string; readonly start: number; readonly end: number }

const readRanges = (
  lines: ReadonlyArray<M3u8Line>,
): { readonly ranges: ReadonlyArray<Range>; readonly findings: ReadonlyArray<PlaylistFinding> } => {
  const ranges: Range[] = []
  const findings: PlaylistFinding[] = []
  let pending: M3u8Line | null = null
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
  if (pending !== null) findings.push(ruleViolation('byte-range', pending, 'is not followed by a segment'))
  return { ranges, findings }
}

/**
 * Returns the range, or the reason why it is invalid. A range without an offset begins where the previous one
 * ends.
 */
const rangeOf = (line: M3u8Line, uri: string, previous: Range | null): Range | string => {
  const [, length, offset] = /^([1-9]\d*)(?:@(\d+))?$/.exec(line.value) ?? []
  if (length === undefined) return `${line.value} is not a byte range`
  if (offset === undefined && previous?.uri !== uri)
    return 'has no offset, and no byte range of the same segment before it'
  const start = offset === undefined ? (previous?.end ?? 0) : Number(offset)
  return { line, uri, start, end: start + Number(length) }
}

const ranges: PlaylistCheck = (lines) => readRanges(lines).findings

const iFrameRanges: PlaylistCheck = (lines) => {
  if (linesWithTag(lines, 'EXT-X-I-FRAMES-ONLY').length === 0) return []
  const ends = new Map<string, number>()
  return readRanges(lines).ranges.flatMap(({ line, uri, start, end }) => {
    const overlaps = start < (ends.get(uri) ?? 0)
    ends.set(uri, Math.max(end, ends.get(uri) ?? 0))
    return overlaps ? [ruleViolation('i-frames', line, 'shares bytes with an earlier keyframe')] : []
  })
}

/** Checks that byte ranges are valid, and that those of keyframes do not overlap. */
export const byteRangeChecks: ReadonlyArray<PlaylistCheck> = [ranges, iFrameRanges]
