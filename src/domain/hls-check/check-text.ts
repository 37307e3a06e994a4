import type { M3u8Line } from '../hls/m3u8-lines.ts'
import { variableReferencesIn } from '../hls/variables.ts'
import { checkVersion } from './check-version.ts'
import { type PlaylistCheck, type PlaylistFinding, ruleViolation } from './finding.ts'

const text: PlaylistCheck = (lines) =>
  lines.flatMap((line) => {
    const kinds = new Set(line.tokens.map(({ kind }) => kind))
    const content = line.text.replace(/\r?\n$/, '')
    const faults: PlaylistFinding[] = []
    if (kinds.has('byteOrderMark')) faults.push(ruleViolation('text', line, 'starts with a byte order mark'))
    if (/\p{Cc}/u.test(content)) faults.push(ruleViolation('text', line, 'contains a control character'))
    if (content.includes('\uFFFD')) faults.push(ruleViolation('text', line, 'is not valid UTF-8'))
    return faults
  })

const head: PlaylistCheck = ([first]) =>
  first?.tag === 'EXTM3U' ? [] : [ruleViolation('head', first ?? null, 'does not begin with #EXTM3U')]

const quotedNames = new Set('URI CODECS GROUP-ID NAME LANGUAGE CHANNELS AUDIO VIDEO SUBTITLES'.split(' '))
const unquotedNames = new Set(
  'BANDWIDTH AVERAGE-BANDWIDTH RESOLUTION FRAME-RATE TYPE DEFAULT AUTOSELECT METHOD'.split(' '),
)

const attributesOf = (line: M3u8Line): ReadonlyArray<PlaylistFinding> => {
  const names = line.attributes.map(({ name }) => name)
  const duplicate = names.find((name, i) => names.indexOf(name) !== i)
  const unquoted = line.attributes.find(({ name, quoted }) => quotedNames.has(name) && !quoted)
  const quoted = line.attributes.find((attribute) => unquotedNames.has(attribute.name) && attribute.quoted)
  const empty = line.attributes.find((attribute) => !attribute.quoted && attribute.value === '')
  const malformed = line.tokens.find(({ kind }) => kind === 'malformed')
  const last = line.tokens.filter(({ kind }) => kind !== 'newline' && kind !== 'space').at(-1)
  const reasons = [
    duplicate && `has ${duplicate} twice`,
    unquoted && `${unquoted.name} is not in quotes`,
    quoted && `${quoted.name} is in quotes`,
    empty && `${empty.name} has no value`,
    malformed && `cannot be read from ${malformed.text.slice(0, 40)} on`,
    last?.kind === 'punctuation' && last.text === ',' && 'ends in a comma',
  ]
  return reasons.flatMap((reason) => (reason ? [ruleViolation('attribute-list', line, reason)] : []))
}

const attributeLists: PlaylistCheck = (lines) => lines.flatMap(attributesOf)

const reservedParameters: PlaylistCheck = (lines) =>
  lines
    .filter(({ uri, attributes }) =>
      [uri ?? '', ...attributes.filter(({ name }) => name === 'URI').map(({ value }) => value)].some(
        (reference) => /[?&]_HLS_/.test(reference),
      ),
    )
    .map((line) => ruleViolation('reserved-parameter', line, 'has a query parameter that starts with _HLS_'))

const variables: PlaylistCheck = (lines) => {
  const defined = new Set<string>()
  return lines.flatMap((line) => {
    const isDefinition = line.tag === 'EXT-X-DEFINE'
    if (isDefinition) for (const { name, value } of line.attributes) if (name !== 'VALUE') defined.add(value)
    // Variables are allowed only in URIs and attribute lists. Before the first EXT-X-DEFINE, the text has no
    // variables.
    if (isDefinition || (line.uri === null && line.attributes.length === 0) || defined.size === 0) return []
    const unknown = variableReferencesIn(line.text).find((name) => !defined.has(name))
    return unknown === undefined
      ? []
      : [ruleViolation('variable', line, `refers to ${unknown}, which is not defined`)]
  })
}

/** Checks that apply to playlists of every kind. */
export const playlistTextChecks: ReadonlyArray<PlaylistCheck> = [
  text,
  head,
  checkVersion,
  attributeLists,
  reservedParameters,
  variables,
]
