import { attributeOf, type Line } from '../hls/m3u8-lines.ts'
import { type Feature, lowestVersion } from '../hls/version.ts'
import { type Check, ruleViolation, withTag } from './finding.ts'

const featuresOf = (lines: ReadonlyArray<Line>): ReadonlyArray<Feature> => {
  const has = (tag: string) => withTag(lines, tag).length > 0
  const isUsed: Readonly<Record<Feature, boolean>> = {
    decimalDurations: withTag(lines, 'EXTINF').some(({ value }) => value.split(',')[0]?.includes('.')),
    byteRanges: has('EXT-X-BYTERANGE'),
    iFramesOnly: has('EXT-X-I-FRAMES-ONLY'),
    renditionGroups: false,
    mapInIFrames: has('EXT-X-MAP'),
    map: has('EXT-X-MAP') && !has('EXT-X-I-FRAMES-ONLY'),
    variables: has('EXT-X-DEFINE'),
    queryVariables: withTag(lines, 'EXT-X-DEFINE').some(
      (line) => attributeOf(line, 'QUERYPARAM') !== undefined,
    ),
  }
  return (Object.keys(isUsed) as ReadonlyArray<Feature>).filter((feature) => isUsed[feature])
}

/** Checks that the declared version supports all features of the playlist. */
export const checkVersion: Check = (lines) => {
  const [declaration, ...more] = withTag(lines, 'EXT-X-VERSION')
  const needed = lowestVersion(featuresOf(lines))
  const again = more.map((line) => ruleViolation('version', line, 'declares the version again'))
  if (declaration === undefined)
    return needed === 1 ? again : [ruleViolation('version', null, `declares no version and needs ${needed}`)]

  const { value } = declaration
  if (!/^\d+$/.test(value))
    return [ruleViolation('version', declaration, `declares ${value}, which is not a version`), ...again]
  if (Number(value) >= needed) return again
  return [ruleViolation('version', declaration, `declares ${value} and needs ${needed}`), ...again]
}
