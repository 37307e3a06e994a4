import { type HlsFeature, lowestHlsVersion } from '../hls/hls-version.ts'
import { attributeValue, type M3u8Line } from '../hls/m3u8-lines.ts'
import { linesWithTag, type PlaylistCheck, ruleViolation } from './finding.ts'

const featuresOf = (lines: ReadonlyArray<M3u8Line>): ReadonlyArray<HlsFeature> => {
  const has = (tag: string) => linesWithTag(lines, tag).length > 0
  const isUsed: Readonly<Record<HlsFeature, boolean>> = {
    decimalDurations: linesWithTag(lines, 'EXTINF').some(({ value }) => value.split(',')[0]?.includes('.')),
    byteRanges: has('EXT-X-BYTERANGE'),
    iFramesOnly: has('EXT-X-I-FRAMES-ONLY'),
    renditionGroups: false,
    mapInIFrames: has('EXT-X-MAP'),
    map: has('EXT-X-MAP') && !has('EXT-X-I-FRAMES-ONLY'),
    variables: has('EXT-X-DEFINE'),
    queryVariables: linesWithTag(lines, 'EXT-X-DEFINE').some(
      (line) => attributeValue(line, 'QUERYPARAM') !== undefined,
    ),
  }
  return (Object.keys(isUsed) as ReadonlyArray<HlsFeature>).filter((feature) => isUsed[feature])
}

/** Checks that the declared version supports all features of the playlist. */
export const checkVersion: PlaylistCheck = (lines) => {
  const [declaration, ...more] = linesWithTag(lines, 'EXT-X-VERSION')
  const needed = lowestHlsVersion(featuresOf(lines))
  const again = more.map((line) => ruleViolation('version', line, 'declares the version again'))
  if (declaration === undefined)
    return needed === 1 ? again : [ruleViolation('version', null, `declares no version and needs ${needed}`)]

  const { value } = declaration
  if (!/^\d+$/.test(value))
    return [ruleViolation('version', declaration, `declares ${value}, which is not a version`), ...again]
  if (Number(value) >= needed) return again
  return [ruleViolation('version', declaration, `declares ${value} and needs ${needed}`), ...again]
}
