import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const readText = (file: string): string => readFileSync(file, 'utf8')

/** The files below `folders` whose names match `ends`. */
export const filesBelow = (folders: ReadonlyArray<string>, ends: RegExp): ReadonlyArray<string> =>
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((name) => ends.test(name)),
  )

/** A numbered paragraph of docs/http-api.md: the text up to the next number. */
type Paragraph = { readonly number: string; readonly text: string; readonly isBuilt: boolean }

export const notYet = '**(not yet)**'

/** The numbered paragraphs of docs/http-api.md, with the headings (`## 4. Images`). */
export const contractParagraphs = (): ReadonlyArray<Paragraph> =>
  readText('docs/http-api.md')
    .split(/^(?=## \d+\. |\d+\.\d+ )/m)
    .flatMap((text) => {
      const [, section, item] = /^(?:## (\d+)\. |(\d+\.\d+) )/.exec(text) ?? []
      const number = section ?? item
      if (number === undefined) return []
      return [{ number, text, isBuilt: !text.startsWith(`${number} ${notYet}`) }]
    })

type DocumentedRoute = { readonly number: string; readonly route: string; readonly isBuilt: boolean }

/** Normalizes `GET /a/{uid}.{ext}` and `GET /a/:uid{.:ext}` to one form, without parameter names. */
export const normalizeRoute = (route: string): string =>
  route
    .replace(/\{\.:\w+\}/g, '.{}')
    .replace(/:\w+|\{\w+\}/g, '{}')
    .replace(/(\S)\/$/, '$1')

/**
 * All routes in docs/http-api.md, written as `` `GET /path` ``. "(not yet)" after the route or after its
 * number means that it is not built.
 */
export const documentedRoutes = (): ReadonlyArray<DocumentedRoute> =>
  contractParagraphs().flatMap(({ number, text, isBuilt }) =>
    [...text.matchAll(/`([A-Z]+ \/[^`\s]*)`( \*\*\(not yet\)\*\*)?/g)].map(([, route = '', mark]) => ({
      number,
      route: normalizeRoute(route),
      isBuilt: isBuilt && mark === undefined,
    })),
  )
