import { parseM3u8Lines } from '../hls/m3u8-lines.ts'
import { mediaGroupChecks } from './check-groups.ts'
import { iFrameStreamChecks } from './check-iframe-streams.ts'
import { checkIndependentSegments } from './check-media-playlist.ts'
import { playlistTextChecks } from './check-text.ts'
import { variantChecks } from './check-variants.ts'
import { type PlaylistCheck, type PlaylistFinding, ruleViolation, runChecks } from './finding.ts'

const kind: PlaylistCheck = (lines) => {
  const foreign = lines.find(({ tag }) => tag === 'EXTINF' || tag === 'EXT-X-TARGETDURATION')
  if (foreign !== undefined) return [ruleViolation('kind', foreign, 'belongs in a media playlist')]
  return lines.some(({ tag }) => tag === 'EXT-X-STREAM-INF')
    ? []
    : [ruleViolation('kind', null, 'has no variant')]
}

const checks: ReadonlyArray<PlaylistCheck> = [
  ...playlistTextChecks,
  kind,
  checkIndependentSegments,
  ...variantChecks,
  ...iFrameStreamChecks,
  ...mediaGroupChecks,
]

/** Returns every violation of the rules for master playlists. */
export const checkMasterPlaylist = (text: string): ReadonlyArray<PlaylistFinding> =>
  runChecks(checks, parseM3u8Lines(text))
