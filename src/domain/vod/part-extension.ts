import type { ContentPart } from '../media/content-export.ts'

const extensions: ReadonlyMap<string, string> = new Map([
  ['video/mp2t', 'ts'],
  ['video/mp4', 'm4s'],
  ['audio/mp4', 'm4s'],
  ['audio/aac', 'aac'],
  ['text/vtt', 'vtt'],
])

/**
 * How the path of a part ends (http-api.md §5.6): a courtesy to players that look at it, since the server does not.
 * CMAF parts are `m4s`, what initialises them is `mp4`.
 */
export const extensionOf = ({ role, contentType }: Pick<ContentPart, 'role' | 'contentType'>): string => {
  if (role === 'init') return 'mp4'
  const [essence = ''] = contentType.split(';')
  return extensions.get(essence.trim().toLowerCase()) ?? 'mp4'
}
