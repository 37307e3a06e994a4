import { attributeOf, type Line } from '../hls/m3u8-lines.ts'
import { type Check, type Finding, ruleViolation, withTag } from './finding.ts'

const types = ['AUDIO', 'VIDEO', 'SUBTITLES', 'CLOSED-CAPTIONS'] as const

const groupOf = (member: Line): string => `${attributeOf(member, 'TYPE')} ${attributeOf(member, 'GROUP-ID')}`

const membership: Check = (lines) =>
  withTag(lines, 'EXT-X-MEDIA').flatMap((member) => {
    const missing = ['TYPE', 'GROUP-ID', 'NAME'].find((name) => !attributeOf(member, name))
    if (missing !== undefined) return [ruleViolation('group', member, `has no ${missing}`)]
    const contradicts = attributeOf(member, 'DEFAULT') === 'YES' && attributeOf(member, 'AUTOSELECT') === 'NO'
    return contradicts ? [ruleViolation('group', member, 'has DEFAULT=YES and AUTOSELECT=NO')] : []
  })

const duplicates: Check = (lines) => {
  const seen = new Set<string>()
  return withTag(lines, 'EXT-X-MEDIA').flatMap((member): ReadonlyArray<Finding> => {
    const group = groupOf(member)
    const name = `${group} name ${attributeOf(member, 'NAME')}`
    const isDefault = attributeOf(member, 'DEFAULT') === 'YES'
    const findings: Finding[] = []
    if (seen.has(name))
      findings.push(ruleViolation('group', member, 'has the name of another member of its group'))
    if (isDefault && seen.has(group))
      findings.push(ruleViolation('group', member, 'is a second default of its group'))
    seen.add(name)
    if (isDefault) seen.add(group)
    return findings
  })
}

const references: Check = (lines) => {
  const defined = new Set(withTag(lines, 'EXT-X-MEDIA').map(groupOf))
  return withTag(lines, 'EXT-X-STREAM-INF').flatMap((variant) =>
    types.flatMap((type) => {
      const id = attributeOf(variant, type)
      if (id === undefined || defined.has(`${type} ${id}`)) return []
      if (type === 'CLOSED-CAPTIONS' && id === 'NONE') return []
      return [ruleViolation('group', variant, `refers to the ${type} group ${id}, which is not defined`)]
    }),
  )
}

/** Rendition groups must be complete, and defined if a variant refers to them. */
export const groupChecks: ReadonlyArray<Check> = [membership, duplicates, references]
