import Router from '@koa/router'
import { expect } from 'chai'
import { contractParagraphs, documentedRoutes, normalizeRoute } from '../support/contract.ts'
import { createMemoryLarder, listen } from '../support/memory-larder.ts'

/** Returns every route of the app's routers. HEAD and OPTIONS come with GET (http-api.md §1.5, §7.4). */
const servedRoutes = async (): Promise<ReadonlyArray<string>> => {
  const routers = new Set<Router>()
  const { routes } = Router.prototype
  Router.prototype.routes = function (this: Router) {
    routers.add(this)
    return routes.call(this)
  }
  try {
    const server = await listen(await createMemoryLarder())
    await server.close()
  } finally {
    Router.prototype.routes = routes
  }
  return [...routers].flatMap(({ stack }) =>
    stack.flatMap(({ methods, path }) =>
      methods
        .filter((method) => method !== 'HEAD' && method !== 'OPTIONS')
        .map((method) => normalizeRoute(`${method} ${path}`)),
    ),
  )
}

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

  it('uses each number once', () => {
    const numbers = contractParagraphs().map(({ number }) => number)
    expect(numbers).to.have.length(new Set(numbers).size)
    expect(numbers).to.include.members(['1', '2.4', '13.6'])
  })
})
