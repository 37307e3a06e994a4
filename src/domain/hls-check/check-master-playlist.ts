import { linesOf } from '../hls/m3u8-lines.ts'
import { groupChecks } from './check-groups.ts'
import { iFrameStreamChecks } from './check-iframe-streams.ts'
import { independentSegments } from './check-media-playlist.ts'
import { textChecks } from './check-text.ts'
import { variantChecks } from './check-variants.ts'
import { type Check, type Finding, ruleViolation, runAll } from './finding.ts'

const kind: Check = (lines) => {
  const part = lines.find(({ tag }) => tag === 'EXTINF' || tag === 'EXT-X-TARGETDURATION')
  if (part !== undefined) return [ruleViolation('kind', part, 'speaks of parts in a list of variants')]
  return lines.some(({ tag }) => tag === 'EXT-X-STREAM-INF')
    ? []
    : [ruleViolation('kind', null, 'has no variant')]
}

const checks: ReadonlyArray<Check> = [
  ...textChecks,
  kind,
  independentSegments,
  ...variantChecks,
  ...iFrameStreamChecks,
  ...groupChecks,
]

/** Every rule for master playlists that the text breaks. */
export const checkMasterPlaylist = (text: string): ReadonlyArray<Finding> => runAll(checks, linesOf(text))
