import { attributeValue, parseM3u8Lines } from '../hls/m3u8-lines.ts'
import { substituteVariables, variableDefinitionIn } from '../hls/variables.ts'

/** A playlist to which a master playlist refers. */
export type ChildPlaylist = {
  /** The URI as written, with variables substituted. */
  readonly uri: string
  /** The absolute URL; `null` if the URI is invalid. */
  readonly url: string | null
  /** Number of the line that first refers to the playlist. */
  readonly number: number
  /** Players switch between `video` playlists, so these must be aligned; `iFrames` are for scrubbing. */
  readonly role: 'video' | 'iFrames' | 'other'
}

/** The role of a playlist to which a tag refers by its URI attribute. */
const roleByTagName: Readonly<Record<string, ChildPlaylist['role']>> = {
  'EXT-X-MEDIA': 'other',
  'EXT-X-I-FRAME-STREAM-INF': 'iFrames',
}

/** Returns the playlists to which a master playlist at `url` refers, without duplicates. */
export const childPlaylistsOf = (text: string, url: string): ReadonlyArray<ChildPlaylist> => {
  const variables = new Map<string, string>()
  const children = new Map<string, ChildPlaylist>()
  let role: ChildPlaylist['role'] = 'other'
  for (const line of parseM3u8Lines(text)) {
    for (const [name, value] of variableDefinitionIn(line, url)) variables.set(name, value)
    if (line.tag === 'EXT-X-STREAM-INF')
      role = attributeValue(line, 'RESOLUTION') === undefined ? 'other' : 'video'

    const roleByTag = roleByTagName[line.tag ?? '']
    const written = line.uri ?? (roleByTag === undefined ? undefined : attributeValue(line, 'URI'))
    if (!written) continue
    const uri = substituteVariables(written, variables)
    if (children.has(uri)) continue
    children.set(uri, {
      uri,
      url: URL.canParse(uri, url) ? new URL(uri, url).href : null,
      number: line.number,
      role: roleByTag ?? role,
    })
  }
  return [...children.values()]
}
