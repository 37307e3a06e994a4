import type { Line } from '../hls/m3u8-lines.ts'
import { referencesIn } from '../hls/variables.ts'
import { type Check, type Finding, ruleViolation } from './finding.ts'
import { checkVersion } from './needed-version.ts'

const text: Check = (lines) =>
  lines.flatMap((line) => {
    const kinds = new Set(line.tokens.map(({ kind }) => kind))
    const content = line.text.replace(/\r?\n$/, '')
    const faults: Finding[] = []
    if (kinds.has('byteOrderMark')) faults.push(ruleViolation('text', line, 'starts with a byte order mark'))
    if (/\p{Cc}/u.test(content)) faults.push(ruleViolation('text', line, 'holds a control character'))
    if (content.includes('\uFFFD')) faults.push(ruleViolation('text', line, 'holds what is not UTF-8'))
    return faults
  })

const head: Check = ([first]) =>
  first?.tag === 'EXTM3U' ? [] : [ruleViolation('head', first ?? null, 'does not begin with #EXTM3U')]

const inQuotes = new Set('URI CODECS GROUP-ID NAME LANGUAGE CHANNELS AUDIO VIDEO SUBTITLES'.split(' '))
const withoutQuotes = new Set(
  'BANDWIDTH AVERAGE-BANDWIDTH RESOLUTION FRAME-RATE TYPE DEFAULT AUTOSELECT METHOD'.split(' '),
)

const attributesOf = (line: Line): ReadonlyArray<Finding> => {
  const names = line.attributes.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  const bare = line.attributes.find(({ name, quoted }) => inQuotes.has(name) && !quoted)
  const quoted = line.attributes.find((attribute) => withoutQuotes.has(attribute.name) && attribute.quoted)
  const empty = line.attributes.find((attribute) => !attribute.quoted && attribute.value === '')
  const malformed = line.tokens.find(({ kind }) => kind === 'malformed')
  const last = line.tokens.filter(({ kind }) => kind !== 'newline' && kind !== 'space').at(-1)
  const reasons = [
    twice && `names ${twice} twice`,
    bare && `${bare.name} is not in quotes`,
    quoted && `${quoted.name} is in quotes`,
    empty && `${empty.name} has no value`,
    malformed && `cannot be read from ${malformed.text.slice(0, 40)} on`,
    last?.kind === 'punctuation' && last.text === ',' && 'ends in a comma',
  ]
  return reasons.flatMap((reason) => (reason ? [ruleViolation('attribute-list', line, reason)] : []))
}

const attributeLists: Check = (lines) => lines.flatMap(attributesOf)

const reservedParameters: Check = (lines) =>
  lines
    .filter(({ uri, attributes }) =>
      [uri ?? '', ...attributes.filter(({ name }) => name === 'URI').map(({ value }) => value)].some(
        (named) => /[?&]_HLS_/.test(named),
      ),
    )
    .map((line) => ruleViolation('reserved-parameter', line, 'has a query parameter that starts with _HLS_'))

const variables: Check = (lines) => {
  const defined = new Set<string>()
  return lines.flatMap((line) => {
    const isDefinition = line.tag === 'EXT-X-DEFINE'
    if (isDefinition) for (const { name, value } of line.attributes) if (name !== 'VALUE') defined.add(value)
    // Only URIs and attribute lists are searched for variables, and only once there is one.
    if (isDefinition || (line.uri === null && line.attributes.length === 0) || defined.size === 0) return []
    const unknown = referencesIn(line.text).find((name) => !defined.has(name))
    return unknown === undefined
      ? []
      : [ruleViolation('variable', line, `refers to ${unknown}, which is not defined`)]
  })
}

/** What every list must keep, of whatever kind. */
export const textChecks: ReadonlyArray<Check> = [
  text,
  head,
  checkVersion,
  attributeLists,
  reservedParameters,
  variables,
]
