import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const readText = (file: string): string => readFileSync(file, 'utf8')

/** The files below `folders` whose names end so. */
export const filesBelow = (folders: ReadonlyArray<string>, ends: RegExp): ReadonlyArray<string> =>
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((name) => ends.test(name)),
  )

/** What stands at a number of docs/http-api.md: from its line to the next number. */
export type Paragraph = { readonly number: string; readonly text: string; readonly isBuilt: boolean }

const notYet = '**(not yet)**'

/** The numbered paragraphs of docs/http-api.md; a heading (`## 4. Images`) is one, too. */
export const paragraphs = (): ReadonlyArray<Paragraph> =>
  readText('docs/http-api.md')
    .split(/^(?=## \d+\. |\d+\.\d+ )/m)
    .flatMap((text) => {
      const [, section, item] = /^(?:## (\d+)\. |(\d+\.\d+) )/.exec(text) ?? []
      const number = section ?? item
      if (number === undefined) return []
      return [{ number, text, isBuilt: !text.startsWith(`${number} ${notYet}`) }]
    })

export type DocumentedRoute = { readonly number: string; readonly route: string; readonly isBuilt: boolean }

/** `GET /a/{uid}.{ext}` and `GET /a/:uid{.:ext}` in one form: what a name is called makes no other route. */
export const routeForm = (route: string): string =>
  route
    .replace(/\{\.:\w+\}/g, '.{}')
    .replace(/:\w+|\{\w+\}/g, '{}')
    .replace(/(\S)\/$/, '$1')

/** Each `` `GET /path` `` of docs/http-api.md; what is marked behind its number or behind itself is not built. */
export const documentedRoutes = (): ReadonlyArray<DocumentedRoute> =>
  paragraphs().flatMap(({ number, text, isBuilt }) =>
    [...text.matchAll(/`([A-Z]+ \/[^`\s]*)`( \*\*\(not yet\)\*\*)?/g)].map(([, route = '', mark]) => ({
      number,
      route: routeForm(route),
      isBuilt: isBuilt && mark === undefined,
    })),
  )
