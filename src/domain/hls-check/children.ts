import { attributeOf, linesOf } from '../hls/m3u8-lines.ts'
import { definitionIn, substitute } from '../hls/variables.ts'

/** A playlist that a master playlist refers to. */
export type Child = {
  /** As written, with variables substituted. */
  readonly uri: string
  /** Absolute; `null` if the URI is invalid. */
  readonly url: string | null
  /** Line of the first reference. */
  readonly number: number
  /** Players switch between `video` playlists, so these must be aligned; `iFrames` are for scrubbing. */
  readonly role: 'video' | 'iFrames' | 'other'
}

/** The role of a playlist that a tag refers to by its URI attribute. */
const roleByTagName: Readonly<Record<string, Child['role']>> = {
  'EXT-X-MEDIA': 'other',
  'EXT-X-I-FRAME-STREAM-INF': 'iFrames',
}

/** Returns the playlists that a master playlist at `url` refers to, without duplicates. */
export const childrenOf = (text: string, url: string): ReadonlyArray<Child> => {
  const variables = new Map<string, string>()
  const children = new Map<string, Child>()
  let role: Child['role'] = 'other'
  for (const line of linesOf(text)) {
    for (const [name, value] of definitionIn(line, url)) variables.set(name, value)
    if (line.tag === 'EXT-X-STREAM-INF')
      role = attributeOf(line, 'RESOLUTION') === undefined ? 'other' : 'video'

    const roleByTag = roleByTagName[line.tag ?? '']
    const written = line.uri ?? (roleByTag === undefined ? undefined : attributeOf(line, 'URI'))
    if (!written) continue
    const uri = substitute(written, variables)
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
