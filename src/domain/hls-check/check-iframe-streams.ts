import { attributeValue } from '../hls/m3u8-lines.ts'
import { variantHasVideo } from './check-variants.ts'
import { linesWithTag, type PlaylistCheck, ruleViolation } from './finding.ts'

const playbackAttributes = ['FRAME-RATE', 'AUDIO', 'SUBTITLES', 'CLOSED-CAPTIONS']

const streams: PlaylistCheck = (lines) =>
  linesWithTag(lines, 'EXT-X-I-FRAME-STREAM-INF').flatMap((stream) => [
    ...(attributeValue(stream, 'URI') ? [] : [ruleViolation('i-frame-stream', stream, 'has no URI')]),
    ...(attributeValue(stream, 'RESOLUTION') === undefined
      ? [ruleViolation('resolution', stream, 'has video, but no RESOLUTION')]
      : []),
    ...playbackAttributes
      .filter((name) => attributeValue(stream, name) !== undefined)
      .map((name) => ruleViolation('i-frame-stream', stream, `has ${name}, which is for playback only`)),
  ])

const scrubbing: PlaylistCheck = (lines) => {
  const hasVideoVariant = linesWithTag(lines, 'EXT-X-STREAM-INF').some(variantHasVideo)
  const hasIFrames = linesWithTag(lines, 'EXT-X-I-FRAME-STREAM-INF').length > 0
  return hasVideoVariant && !hasIFrames
    ? [ruleViolation('scrubbing', null, 'offers no I-frame playlists')]
    : []
}

/**
 * Checks that EXT-X-I-FRAME-STREAM-INF lines are complete, and that a master playlist with video has some.
 */
export const iFrameStreamChecks: ReadonlyArray<PlaylistCheck> = [streams, scrubbing]
