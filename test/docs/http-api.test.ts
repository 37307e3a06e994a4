import { expect } from 'chai'
import { uidKinds } from '../../src/domain/media/uid-text.ts'
import { contractParagraphs, documentedRoutes, normalizeRoute, readText } from '../support/contract.ts'
import { isPathOf, servedRoutes } from '../support/served-routes.ts'

describe('docs/http-api.md', () => {
  it('has a number for every served route, and marks none of these as not built', async () => {
    const served = await servedRoutes()
    const built = documentedRoutes()
      .filter(({ isBuilt }) => isBuilt)
      .map(({ route }) => route)
    expect(served).to.include(normalizeRoute('GET /api/1/content_files/{cf}/mobile.m3u8'))
    expect(built).to.include.members([...new Set(served)])
  })

  it('does not describe a route as built that is not served', async () => {
    const served = await servedRoutes()
    for (const { number, route, isBuilt } of documentedRoutes())
      if (isBuilt) expect(served, `§${number} ${route}`).to.include(route)
  })

  it('names each kind of uid', () => {
    const [, kinds = ''] = /kinds: ([\s\S]*?) `UID_PREFIX/.exec(readText('docs/http-api.md')) ?? []
    const built = kinds.split(';').filter((part) => !part.includes('(not yet)'))
    const prefixes = built.flatMap((part) => [...part.matchAll(/`(\w+)`/g)].map(([, prefix]) => prefix))
    expect(prefixes).to.have.members(Object.keys(uidKinds))
  })

  it('uses each number once', () => {
    const numbers = contractParagraphs().map(({ number }) => number)
    expect(numbers).to.have.length(new Set(numbers).size)
    expect(numbers).to.include.members(['1', '2.4', '13.6'])
  })
})

/** The values of variables that the examples of docs/requests.md set from replies. */
const variables: Readonly<Record<string, string>> = {
  EXPORT_URL: '/api/1/image_files/image/x.webp',
  MASTER: '/api/1/content_files/x/mobile.m3u8',
  LIST: '/api/1/content_files/exports/x.m3u8',
  PART: '/api/1/content_files/exports/parts/x.m4s',
}

/** Returns the paths that the examples of docs/requests.md request, without tokens and queries. */
const examplePaths = (): ReadonlyArray<string> =>
  [...readText('docs/requests.md').matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, lines = '']) => lines.split('\n'))
    .flatMap((line) => [...(/curl .*?"(\$[^"]*)"/.exec(line)?.slice(1) ?? [])])
    .map((url) =>
      url
        .replace(/\$\{?(\w+)(?:%\.m3u8\})?/g, (written, name: string) => {
          const value = variables[name] ?? (name === 'BASE' ? '' : 'x')
          return written.includes('%') ? value.replace(/\.m3u8$/, '') : value
        })
        .replace(/\/~x(?=\/)|\?.*/g, ''),
    )

/** Addresses of the same replies, and files of the share page. */
const withoutExample = /(?:ios|android)\.m3u8$|^GET \/console(?:\/assets\/.*)?$/

describe('docs/requests.md', () => {
  const withExample = async () =>
    (await servedRoutes()).filter((route) => route.startsWith('GET ') && !withoutExample.test(route))

  it('has an example of every read route', async () => {
    const paths = examplePaths()
    for (const route of await withExample())
      expect(
        paths.some((path) => isPathOf(route, path)),
        route,
      ).to.equal(true)
  })

  it('lists every read route', async () => {
    const listed = [...readText('docs/requests.md').matchAll(/^\| `(GET [^`]*)` \|/gm)].map(
      ([, route = '']) => normalizeRoute(route),
    )
    expect(listed).to.include.members(await withExample())
  })
})
