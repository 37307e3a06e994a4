import { attributeOf, linesOf } from '../m3u8-lines.ts'
import { definitionIn, substitute } from '../variables.ts'

/** A list that a master playlist names. */
export type Child = {
  /** As named, with variables filled in. */
  readonly uri: string
  /** Absolute; `null` when the URI is none. */
  readonly url: string | null
  /** Where it is named first. */
  readonly number: number
  /** Players switch between `pictures`, so these must be cut alike. */
  readonly role: 'pictures' | 'other'
}

const tagsWithChild: ReadonlyArray<string | null> = ['EXT-X-MEDIA', 'EXT-X-I-FRAME-STREAM-INF']

/** The lists that a master playlist at `url` names, each once. */
export const childrenOf = (text: string, url: string): ReadonlyArray<Child> => {
  const variables = new Map<string, string>()
  const children = new Map<string, Child>()
  let role: Child['role'] = 'other'
  for (const line of linesOf(text)) {
    for (const [name, value] of definitionIn(line, url)) variables.set(name, value)
    if (line.tag === 'EXT-X-STREAM-INF')
      role = attributeOf(line, 'RESOLUTION') === undefined ? 'other' : 'pictures'

    const named = line.uri ?? (tagsWithChild.includes(line.tag) ? attributeOf(line, 'URI') : undefined)
    if (!named) continue
    const uri = substitute(named, variables)
    if (children.has(uri)) continue
    children.set(uri, {
      uri,
      url: URL.canParse(uri, url) ? new URL(uri, url).href : null,
      number: line.number,
      role: line.uri === null ? 'other' : role,
    })
  }
  return [...children.values()]
}
