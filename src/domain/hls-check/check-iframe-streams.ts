import { attributeOf } from '../hls/m3u8-lines.ts'
import { hasVideo } from './check-variants.ts'
import { type Check, ruleViolation, withTag } from './finding.ts'

const playbackAttributes = ['FRAME-RATE', 'AUDIO', 'SUBTITLES', 'CLOSED-CAPTIONS']

const streams: Check = (lines) =>
  withTag(lines, 'EXT-X-I-FRAME-STREAM-INF').flatMap((stream) => [
    ...(attributeOf(stream, 'URI') ? [] : [ruleViolation('i-frame-stream', stream, 'has no URI')]),
    ...(attributeOf(stream, 'RESOLUTION') === undefined
      ? [ruleViolation('resolution', stream, 'has video, but no RESOLUTION')]
      : []),
    ...playbackAttributes
      .filter((name) => attributeOf(stream, name) !== undefined)
      .map((name) => ruleViolation('i-frame-stream', stream, `has ${name}, which is for playback only`)),
  ])

const scrubbing: Check = (lines) => {
  const hasVideoVariant = withTag(lines, 'EXT-X-STREAM-INF').some(hasVideo)
  const hasIFrames = withTag(lines, 'EXT-X-I-FRAME-STREAM-INF').length > 0
  return hasVideoVariant && !hasIFrames
    ? [ruleViolation('scrubbing', null, 'offers no I-frame playlists')]
    : []
}

/** EXT-X-I-FRAME-STREAM-INF lines must be complete, and a master playlist with video should have some. */
export const iFrameStreamChecks: ReadonlyArray<Check> = [streams, scrubbing]
