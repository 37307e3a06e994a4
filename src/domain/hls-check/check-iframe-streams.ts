import { attributeOf } from '../hls/m3u8-lines.ts'
import { showsPictures } from './check-variants.ts'
import { type Check, ruleViolation, withTag } from './finding.ts'

const ofPlaybackOnly = ['FRAME-RATE', 'AUDIO', 'SUBTITLES', 'CLOSED-CAPTIONS']

const streams: Check = (lines) =>
  withTag(lines, 'EXT-X-I-FRAME-STREAM-INF').flatMap((stream) => [
    ...(attributeOf(stream, 'URI') ? [] : [ruleViolation('i-frame-stream', stream, 'names no list')]),
    ...(attributeOf(stream, 'RESOLUTION') === undefined
      ? [ruleViolation('resolution', stream, 'has pictures and no RESOLUTION')]
      : []),
    ...ofPlaybackOnly
      .filter((name) => attributeOf(stream, name) !== undefined)
      .map((name) => ruleViolation('i-frame-stream', stream, `has ${name}, which key pictures have not`)),
  ])

const scrubbing: Check = (lines) => {
  const hasPictures = withTag(lines, 'EXT-X-STREAM-INF').some(showsPictures)
  const hasKeyPictures = withTag(lines, 'EXT-X-I-FRAME-STREAM-INF').length > 0
  return hasPictures && !hasKeyPictures
    ? [ruleViolation('scrubbing', null, 'offers no lists of key pictures')]
    : []
}

/** What lines that name lists of key pictures must say, and whether there are any. */
export const iFrameStreamChecks: ReadonlyArray<Check> = [streams, scrubbing]
