import { attributeValue, extinfSeconds, type M3u8Line, parseM3u8Lines } from '../hls/m3u8-lines.ts'
import { byteRangeChecks } from './check-byte-ranges.ts'
import { playlistTextChecks } from './check-text.ts'
import {
  linesWithTag,
  type PlaylistCheck,
  type PlaylistFinding,
  ruleViolation,
  runChecks,
} from './finding.ts'

const targetDuration: PlaylistCheck = (lines) => {
  const [declaration, ...more] = linesWithTag(lines, 'EXT-X-TARGETDURATION')
  if (declaration === undefined) return [ruleViolation('target-duration', null, 'has no target duration')]
  if (!/^[1-9]\d*$/.test(declaration.value))
    return [
      ruleViolation('target-duration', declaration, `${declaration.value} is not a whole number of seconds`),
    ]

  const target = Number(declaration.value)
  const tooLong = linesWithTag(lines, 'EXTINF').filter((line) => Math.round(extinfSeconds(line)) > target)
  return [
    ...more.map((line) => ruleViolation('target-duration', line, 'declares the target duration again')),
    ...tooLong.map((line) =>
      ruleViolation(
        'target-duration',
        line,
        `${extinfSeconds(line)} s, rounded, is more than the target of ${target} s`,
      ),
    ),
  ]
}

const durations: PlaylistCheck = (lines) => {
  const findings: PlaylistFinding[] = []
  let pending: M3u8Line | null = null
  for (const line of lines) {
    if (line.tag === 'EXTINF') {
      if (Number.isNaN(extinfSeconds(line)))
        findings.push(
          ruleViolation('duration', line, `${line.value} is not a duration in fixed notation and a comma`),
        )
      if (pending !== null) findings.push(ruleViolation('duration', pending, 'is not followed by a segment'))
      pending = line
    }
    if (line.uri === null) continue
    if (pending === null) findings.push(ruleViolation('duration', line, 'is a segment without a duration'))
    pending = null
  }
  return pending === null
    ? findings
    : [...findings, ruleViolation('duration', pending, 'is not followed by a segment')]
}

const kind: PlaylistCheck = (lines) => {
  const foreign = lines.find(({ tag }) => tag === 'EXT-X-STREAM-INF' || tag === 'EXT-X-MEDIA')
  if (foreign !== undefined) return [ruleViolation('kind', foreign, 'belongs in a master playlist')]
  return lines.some(({ uri }) => uri !== null) ? [] : [ruleViolation('kind', null, 'has no segment')]
}

const exactly = (tag: string, value: string, rule: 'vod' | 'media-sequence'): PlaylistCheck => {
  return (lines) => {
    const [line] = linesWithTag(lines, tag)
    if (line === undefined) return [ruleViolation(rule, null, `has no #${tag}`)]
    return line.value === value ? [] : [ruleViolation(rule, line, `says ${line.value}`)]
  }
}

const end: PlaylistCheck = (lines) => {
  const [line] = linesWithTag(lines, 'EXT-X-ENDLIST')
  if (line === undefined) return [ruleViolation('end', null, 'has no #EXT-X-ENDLIST')]
  const after = lines.find(({ number, tag, uri }) => number > line.number && (tag !== null || uri !== null))
  return after === undefined ? [] : [ruleViolation('end', after, 'comes after #EXT-X-ENDLIST')]
}

const map: PlaylistCheck = (lines) => {
  const maps = linesWithTag(lines, 'EXT-X-MAP')
  const withoutUri = maps.filter((line) => !attributeValue(line, 'URI'))
  const firstMap = maps[0]?.number ?? Number.POSITIVE_INFINITY
  const early = lines.find(
    ({ number, uri }) => number < firstMap && /\.(?:m4s|cmf[avt])(?:$|[?#])/.test(uri ?? ''),
  )
  return [
    ...withoutUri.map((line) => ruleViolation('map', line, 'has no URI of an init segment')),
    ...(early === undefined ? [] : [ruleViolation('map', early, 'is a CMAF segment without #EXT-X-MAP')]),
  ]
}

export const checkIndependentSegments: PlaylistCheck = (lines) =>
  lines.some(({ tag }) => tag === 'EXT-X-INDEPENDENT-SEGMENTS' || tag === 'EXT-X-I-FRAMES-ONLY')
    ? []
    : [ruleViolation('independent-segments', null, 'does not say that its segments are independent')]

const checks: ReadonlyArray<PlaylistCheck> = [
  ...playlistTextChecks,
  kind,
  targetDuration,
  durations,
  exactly('EXT-X-PLAYLIST-TYPE', 'VOD', 'vod'),
  exactly('EXT-X-MEDIA-SEQUENCE', '0', 'media-sequence'),
  end,
  map,
  checkIndependentSegments,
  ...byteRangeChecks,
]

/** Returns every violation of the rules for complete media playlists. */
export const checkMediaPlaylist = (text: string): ReadonlyArray<PlaylistFinding> =>
  runChecks(checks, parseM3u8Lines(text))
