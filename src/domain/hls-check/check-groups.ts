import { attributeValue, type M3u8Line } from '../hls/m3u8-lines.ts'
import { linesWithTag, type PlaylistCheck, type PlaylistFinding, ruleViolation } from './finding.ts'

const types = ['AUDIO', 'VIDEO', 'SUBTITLES', 'CLOSED-CAPTIONS'] as const

const groupOf = (member: M3u8Line): string =>
  `${attributeValue(member, 'TYPE')} ${attributeValue(member, 'GROUP-ID')}`

const membership: PlaylistCheck = (lines) =>
  linesWithTag(lines, 'EXT-X-MEDIA').flatMap((member) => {
    const missing = ['TYPE', 'GROUP-ID', 'NAME'].find((name) => !attributeValue(member, name))
    if (missing !== undefined) return [ruleViolation('group', member, `has no ${missing}`)]
    const contradicts =
      attributeValue(member, 'DEFAULT') === 'YES' && attributeValue(member, 'AUTOSELECT') === 'NO'
    return contradicts ? [ruleViolation('group', member, 'has DEFAULT=YES and AUTOSELECT=NO')] : []
  })

const duplicates: PlaylistCheck = (lines) => {
  const seen = new Set<string>()
  return linesWithTag(lines, 'EXT-X-MEDIA').flatMap((member): ReadonlyArray<PlaylistFinding> => {
    const group = groupOf(member)
    const name = `${group} name ${attributeValue(member, 'NAME')}`
    const isDefault = attributeValue(member, 'DEFAULT') === 'YES'
    const findings: PlaylistFinding[] = []
    if (seen.has(name))
      findings.push(ruleViolation('group', member, 'has the name of another member of its group'))
    if (isDefault && seen.has(group))
      findings.push(ruleViolation('group', member, 'is a second default of its group'))
    seen.add(name)
    if (isDefault) seen.add(group)
    return findings
  })
}

const references: PlaylistCheck = (lines) => {
  const defined = new Set(linesWithTag(lines, 'EXT-X-MEDIA').map(groupOf))
  return linesWithTag(lines, 'EXT-X-STREAM-INF').flatMap((variant) =>
    types.flatMap((type) => {
      const id = attributeValue(variant, type)
      if (id === undefined || defined.has(`${type} ${id}`)) return []
      if (type === 'CLOSED-CAPTIONS' && id === 'NONE') return []
      return [ruleViolation('group', variant, `refers to the ${type} group ${id}, which is not defined`)]
    }),
  )
}

/** Checks that rendition groups are complete, and that each group to which a variant refers is defined. */
export const mediaGroupChecks: ReadonlyArray<PlaylistCheck> = [membership, duplicates, references]
