import { attributeValue, type M3u8Line } from '../hls/m3u8-lines.ts'
import { codecsIn, isAudioCodec, isDetailedCodec, isVideoCodec } from './codec-strings.ts'
import { linesWithTag, type PlaylistCheck, type PlaylistFinding, ruleViolation } from './finding.ts'

type LineCheck = (variant: M3u8Line) => ReadonlyArray<PlaylistFinding>

const eachVariant =
  (check: LineCheck): PlaylistCheck =>
  (lines) =>
    linesWithTag(lines, 'EXT-X-STREAM-INF').flatMap(check)

/** Checks each variant and each I-frame stream. */
const eachStream =
  (check: LineCheck): PlaylistCheck =>
  (lines) => [...eachVariant(check)(lines), ...linesWithTag(lines, 'EXT-X-I-FRAME-STREAM-INF').flatMap(check)]

const codecsOf = (variant: M3u8Line): ReadonlyArray<string> =>
  codecsIn(attributeValue(variant, 'CODECS') ?? '')
export const variantHasVideo = (variant: M3u8Line): boolean =>
  attributeValue(variant, 'RESOLUTION') !== undefined || codecsOf(variant).some(isVideoCodec)
const bandwidthOf = (variant: M3u8Line): number => Number(attributeValue(variant, 'BANDWIDTH'))

const bandwidth = eachStream((variant) => {
  const written = attributeValue(variant, 'BANDWIDTH')
  if (written === undefined) return [ruleViolation('bandwidth', variant, 'has no BANDWIDTH')]
  return /^[1-9]\d*$/.test(written) ? [] : [ruleViolation('bandwidth', variant, `BANDWIDTH is ${written}`)]
})

const averageBandwidth = eachStream((variant) => {
  const written = attributeValue(variant, 'AVERAGE-BANDWIDTH')
  const isOptional = variant.tag === 'EXT-X-I-FRAME-STREAM-INF'
  if (written === undefined)
    return isOptional ? [] : [ruleViolation('average-bandwidth', variant, 'has no AVERAGE-BANDWIDTH')]
  if (!/^\d+$/.test(written))
    return [ruleViolation('average-bandwidth', variant, `AVERAGE-BANDWIDTH is ${written}`)]
  return Number(written) > bandwidthOf(variant)
    ? [ruleViolation('average-bandwidth', variant, 'AVERAGE-BANDWIDTH is more than BANDWIDTH')]
    : []
})

const codecs = eachStream((variant) => {
  if (attributeValue(variant, 'CODECS') === undefined)
    return [ruleViolation('codecs', variant, 'has no CODECS')]
  const vague = codecsOf(variant).find((codec) => !isDetailedCodec(codec))
  if (vague !== undefined)
    return [ruleViolation('codecs', variant, `${vague || 'an empty codec'} is incomplete`)]
  const lacksAudioCodec =
    attributeValue(variant, 'AUDIO') !== undefined && !codecsOf(variant).some(isAudioCodec)
  return lacksAudioCodec ? [ruleViolation('codecs', variant, 'has an AUDIO group, but no audio codec')] : []
})

const video = eachVariant((variant) => {
  if (!variantHasVideo(variant)) return []
  const resolution = attributeValue(variant, 'RESOLUTION')
  const rate = attributeValue(variant, 'FRAME-RATE')
  return [
    ...(resolution === undefined
      ? [ruleViolation('resolution', variant, 'has video, but no RESOLUTION')]
      : []),
    ...(resolution !== undefined && !/^[1-9]\d*x[1-9]\d*$/.test(resolution)
      ? [ruleViolation('resolution', variant, `RESOLUTION is ${resolution}`)]
      : []),
    ...(rate === undefined ? [ruleViolation('frame-rate', variant, 'has video, but no FRAME-RATE')] : []),
    ...(rate !== undefined && !/^\d+\.\d{3}$/.test(rate)
      ? [ruleViolation('frame-rate', variant, `FRAME-RATE is ${rate}`)]
      : []),
  ]
})

/** If one variant has `CLOSED-CAPTIONS=NONE`, all variants must have it (RFC 8216bis §4.4.6.2). */
const closedCaptions: PlaylistCheck = (lines) => {
  const variants = linesWithTag(lines, 'EXT-X-STREAM-INF')
  const isNone = (variant: M3u8Line) => attributeValue(variant, 'CLOSED-CAPTIONS') === 'NONE'
  const hasNone = variants.some(isNone)
  return variants.flatMap((variant) => {
    if (hasNone)
      return isNone(variant)
        ? []
        : [ruleViolation('closed-captions', variant, 'lacks the CLOSED-CAPTIONS=NONE of another variant')]
    return variantHasVideo(variant) && attributeValue(variant, 'CLOSED-CAPTIONS') === undefined
      ? [ruleViolation('closed-captions', variant, 'has video, but no CLOSED-CAPTIONS')]
      : []
  })
}

const uris: PlaylistCheck = (lines) => {
  const relevant = lines.filter(({ tag, uri }) => tag !== null || uri !== null)
  return relevant.flatMap((line, i) => {
    if (line.tag === 'EXT-X-STREAM-INF' && !relevant[i + 1]?.uri)
      return [ruleViolation('variant-uri', line, 'is not followed by a URI')]
    if (line.uri !== null && relevant[i - 1]?.tag !== 'EXT-X-STREAM-INF')
      return [ruleViolation('variant-uri', line, 'is a URI without an EXT-X-STREAM-INF')]
    return []
  })
}

const ladder: PlaylistCheck = (lines) => {
  const variants = linesWithTag(lines, 'EXT-X-STREAM-INF')
  const videoVariants = variants.filter(variantHasVideo)
  const hasAudio = videoVariants.some((variant) => codecsOf(variant).some(isAudioCodec))
  const rates = new Set(variants.map(bandwidthOf))
  return [
    ...(rates.size > 1 ? [] : [ruleViolation('several-bit-rates', null, 'offers only one bit rate')]),
    ...([...rates].some((rate) => rate <= 192_000)
      ? []
      : [ruleViolation('low-bit-rate', null, 'offers nothing at or below 192 kbit/s')]),
    ...(!hasAudio || variants.length > videoVariants.length
      ? []
      : [ruleViolation('audio-only', null, 'offers no audio-only variant')]),
  ]
}

/** Checks of each variant, and of the set of variants. */
export const variantChecks: ReadonlyArray<PlaylistCheck> = [
  uris,
  bandwidth,
  averageBandwidth,
  codecs,
  video,
  closedCaptions,
  ladder,
]
