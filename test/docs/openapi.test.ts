import { Validator } from '@seriousme/openapi-schema-validator'
import { expect } from 'chai'
import { normalizeRoute, readText } from '../support/contract.ts'
import { type ApiDocument, readApiDocument } from '../support/openapi/api-document.ts'
import { describedRoutes } from '../support/openapi/described-routes.ts'
import { servedRoutes } from '../support/served-routes.ts'

const validate = (document: object) => new Validator().validate({ ...structuredClone(document) })

const withPath = (path: string, item: object): object => {
  const document = readApiDocument()
  return { ...document, paths: { ...document.paths, [path]: item } }
}

const routesOf = ({ paths }: ApiDocument): ReadonlyArray<string> =>
  Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => normalizeRoute(`${method.toUpperCase()} ${path}`)),
  )

describe('docs/openapi.json', () => {
  it('is valid for a validator of others', async () => {
    const result = await validate(readApiDocument())
    expect(result.errors ?? []).to.deep.equal([])
    expect(result.valid).to.equal(true)
  })

  it('would not be valid with a fault', async () => {
    for (const broken of [
      withPath('/a', { get: { responses: 'none' } }),
      withPath('/b', { get: { responses: { 200: { headers: {} } } } }),
      { ...readApiDocument(), info: {} },
    ])
      expect((await validate(broken)).valid).to.equal(false)
  })

  it('has each served route, and no other', async () => {
    const served = await servedRoutes()
    expect(routesOf(readApiDocument())).to.have.members([...new Set(served)])
    expect((await describedRoutes()).length).to.equal(served.length)
  })

  it('refers only to components that it has', () => {
    const document = readApiDocument()
    const names = [...readText('docs/openapi.json').matchAll(/"\$ref": "#\/components\/(\w+)\/(\w+)"/g)]
    expect(names.length).to.be.greaterThan(20)
    for (const [reference, kind, name = ''] of names)
      expect(
        kind === 'schemas' ? document.components.schemas : document.components.responses,
        reference,
      ).to.have.property(name)
  })

  it('is checked before a change lands, together with its types', () => {
    const { scripts } = JSON.parse(readText('package.json')) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    expect(scripts['docs:check']).to.include('node scripts/openapi.mjs --check')
  })
})
