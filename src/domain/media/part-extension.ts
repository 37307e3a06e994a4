import type { ContentPart } from './content-export.ts'

const extensions: ReadonlyMap<string, string> = new Map([
  ['video/mp2t', 'ts'],
  ['video/mp4', 'm4s'],
  ['audio/mp4', 'm4s'],
  ['audio/aac', 'aac'],
  ['text/vtt', 'vtt'],
])

/**
 * Returns the file extension of a segment's path (http-api.md §5.6). Some players depend on the extension;
 * the server ignores it. CMAF segments are `m4s`, init segments are `mp4`.
 */
export const partExtension = ({ role, contentType }: Pick<ContentPart, 'role' | 'contentType'>): string => {
  if (role === 'init') return 'mp4'
  const [essence = ''] = contentType.split(';')
  return extensions.get(essence.trim().toLowerCase()) ?? 'mp4'
}
