import { attributeValue, type M3u8Line } from './m3u8-lines.ts'

const reference = /\{\$([A-Za-z0-9_-]+)\}/g

/** Returns the names of the variables in a text (RFC 8216bis §4.3). */
export const variableReferencesIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(reference)].map(([, name = '']) => name)

/** Replaces variables by their values. Undefined variables stay unchanged. */
export const substituteVariables = (text: string, variables: ReadonlyMap<string, string>): string =>
  text.replace(reference, (whole, name: string) => variables.get(name) ?? whole)

/**
 * Returns the variable that an EXT-X-DEFINE line defines in a master playlist at `url`; an empty array for
 * any other line. IMPORT is ignored: only media playlists may have it, and they have variables only in
 * segment URIs.
 */
export const variableDefinitionIn = (
  line: M3u8Line,
  url: string,
): ReadonlyArray<readonly [name: string, value: string]> => {
  if (line.tag !== 'EXT-X-DEFINE') return []
  const own = attributeValue(line, 'NAME')
  if (own !== undefined) return [[own, attributeValue(line, 'VALUE') ?? '']]
  const parameter = attributeValue(line, 'QUERYPARAM')
  if (parameter === undefined || !URL.canParse(url)) return []
  return [[parameter, new URL(url).searchParams.get(parameter) ?? '']]
}
