import { expect } from 'chai'
import * as t from 'io-ts'
import { refine } from '../../../src/domain/shared/refine.ts'
import { createApiDocument } from '../../../src/http/openapi/api-document.ts'
import { jsonOf } from '../../../src/http/openapi/reply-descriptions.ts'
import type { DescribedRoute, RouteOutline } from '../../../src/http/openapi/route-outline.ts'
import { jsonBody } from '../../../src/http/request/json-body.ts'
import type { ApiDocument } from '../../support/openapi/api-document.ts'
import { describedRoutes } from '../../support/openapi/described-routes.ts'
import { undescribed } from '../../support/undescribed.ts'

const routeWith = (outline: Partial<RouteOutline>, path = '/things/:uid{.:ext}'): DescribedRoute => ({
  method: 'GET',
  path,
  outline: { about: undescribed, credential: { access: 'anyone' }, ...outline },
  isAlias: false,
})

const documentOf = (...routes: ReadonlyArray<DescribedRoute>): ApiDocument =>
  createApiDocument(routes) as unknown as ApiDocument

const operationOf = (outline: Partial<RouteOutline>) =>
  documentOf(routeWith(outline)).paths['/things/{uid}.{ext}']?.get

describe('the API document', () => {
  it('has the parameters of the path and of the query', () => {
    const operation = operationOf({ query: t.partial({ q: t.string }) })
    expect(operation?.parameters?.map(({ name, in: place }) => `${place} ${name}`)).to.deep.equal([
      'path uid',
      'path ext',
      'query q',
    ])
  })

  it('has the errors that credential, codecs and body imply', () => {
    const statuses = (outline: Partial<RouteOutline>) => Object.keys(operationOf(outline)?.responses ?? {})
    expect(statuses({})).to.deep.equal(['500', '503'])
    expect(statuses({ credential: { access: 'admin' } })).to.deep.equal(['401', '403', '500', '503'])
    expect(statuses({ query: t.partial({}) })).to.include('422')
    expect(statuses({ body: jsonBody(t.strict({})) })).to.include.members(['400', '408', '413', '415', '422'])
  })

  it('says who may call a route', () => {
    const security = (access: RouteOutline['credential']['access']) =>
      operationOf({ credential: { access } })?.security
    expect(security('anyone')).to.deep.equal([])
    expect(security('admin')).to.deep.equal([{ idToken: [] }])
    expect(security('viewer or public')).to.deep.include({})
  })

  it('cannot be made if two routes have one id, or a text describes no parameter', () => {
    expect(() => documentOf(routeWith({}), routeWith({}, '/b'))).to.throw('two routes have the id test')
    const about = { ...undescribed, parameters: { w: 'Width.' } }
    expect(() => documentOf(routeWith({ about }))).to.throw('test has no parameter w')
  })

  it('cannot be made of a codec that has no schema', () => {
    const silent = refine('silent', (u): u is string => typeof u === 'string')
    const about = { ...undescribed, replies: { 200: jsonOf(t.strict({ silent }), 'It.') } }
    expect(() => documentOf(routeWith({ about }))).to.throw('the codec silent has no schema')
  })

  it('has a summary in one sentence for each route, and no reply of the route that is an error', async () => {
    for (const { outline } of await describedRoutes()) {
      const { id, summary, replies } = outline.about
      expect(summary, id).to.match(/^[A-Z].*\.$/)
      expect(Object.keys(replies), id).not.to.have.length(0)
    }
  })
})
