import { linesOf } from '../hls/m3u8-lines.ts'
import { groupChecks } from './check-groups.ts'
import { iFrameStreamChecks } from './check-iframe-streams.ts'
import { independentSegments } from './check-media-playlist.ts'
import { textChecks } from './check-text.ts'
import { variantChecks } from './check-variants.ts'
import { type Check, type Finding, ruleViolation, runAll } from './finding.ts'

const kind: Check = (lines) => {
  const foreign = lines.find(({ tag }) => tag === 'EXTINF' || tag === 'EXT-X-TARGETDURATION')
  if (foreign !== undefined) return [ruleViolation('kind', foreign, 'belongs in a media playlist')]
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

/** Returns every violation of the rules for master playlists. */
export const checkMasterPlaylist = (text: string): ReadonlyArray<Finding> => runAll(checks, linesOf(text))
