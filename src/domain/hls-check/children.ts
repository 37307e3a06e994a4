import { attributeOf, linesOf } from '../hls/m3u8-lines.ts'
import { definitionIn, substitute } from '../hls/variables.ts'

/** A list that a master playlist names. */
export type Child = {
  /** As named, with variables filled in. */
  readonly uri: string
  /** Absolute; `null` when the URI is none. */
  readonly url: string | null
  /** Where it is named first. */
  readonly number: number
  /** Players switch between `pictures`, so these must be cut alike; `keyPictures` are for scrubbing through them. */
  readonly role: 'pictures' | 'keyPictures' | 'other'
}

/** Tags that name a list themselves, by what they make of it. */
const namedBy: Readonly<Record<string, Child['role']>> = {
  'EXT-X-MEDIA': 'other',
  'EXT-X-I-FRAME-STREAM-INF': 'keyPictures',
}

/** The lists that a master playlist at `url` names, each once. */
export const childrenOf = (text: string, url: string): ReadonlyArray<Child> => {
  const variables = new Map<string, string>()
  const children = new Map<string, Child>()
  let role: Child['role'] = 'other'
  for (const line of linesOf(text)) {
    for (const [name, value] of definitionIn(line, url)) variables.set(name, value)
    if (line.tag === 'EXT-X-STREAM-INF')
      role = attributeOf(line, 'RESOLUTION') === undefined ? 'other' : 'pictures'

    const roleByTag = namedBy[line.tag ?? '']
    const named = line.uri ?? (roleByTag === undefined ? undefined : attributeOf(line, 'URI'))
    if (!named) continue
    const uri = substitute(named, variables)
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
