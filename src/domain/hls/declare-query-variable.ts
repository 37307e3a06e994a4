import { lowestHlsVersion } from './hls-version.ts'
import { parseM3u8Lines } from './m3u8-lines.ts'

/**
 * Adds `#EXT-X-DEFINE:QUERYPARAM="{name}"` (RFC 8216bis §4.4.2.3) before the first reference, and raises the
 * declared version if necessary.
 */
export const declareQueryVariable = (text: string, name: string): string => {
  const lines = parseM3u8Lines(text)
  const declaredVersion = Number(lines.find(({ tag }) => tag === 'EXT-X-VERSION')?.value ?? 0) || 0
  const version = Math.max(declaredVersion, lowestHlsVersion(['queryVariables']))
  const others = lines.filter(({ tag }) => tag !== 'EXT-X-VERSION').map((line) => line.text)
  const newline = others[0]?.endsWith('\r\n') ? '\r\n' : '\n'

  const [head = '', ...rest] = others
  return [
    head.trimEnd() + newline,
    `#EXT-X-VERSION:${version}${newline}`,
    `#EXT-X-DEFINE:QUERYPARAM="${name}"${newline}`,
    ...rest,
  ].join('')
}
