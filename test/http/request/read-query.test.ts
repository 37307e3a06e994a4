import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { parseQuery } from '../../../src/http/request/read-query.ts'

describe('[V28] the parameters of a query', () => {
  it('equal those of URLSearchParams, in order, with lists for repeated ones', () => {
    const part = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'ä b', '', '%', '+')
    fc.assert(
      fc.property(fc.array(fc.tuple(part, part), { maxLength: 12 }), (pairs) => {
        const text = new URLSearchParams(
          pairs.map(([name, value]): [string, string] => [name, value]),
        ).toString()
        const query = parseQuery(text)
        const params = new URLSearchParams(text)
        expect(Object.keys(query).sort()).to.deep.equal([...new Set(params.keys())].sort())
        for (const name of params.keys()) {
          const values = params.getAll(name)
          expect(query[name]).to.deep.equal(values.length === 1 ? values[0] : values)
        }
      }),
    )
  })

  it('are parsed by no other code', () => {
    const other = /\bctx\.(?:request\.)?query\b|\bquery\b[^}\n]*\} = ctx\b/
    for (const found of ['ctx.query.w', 'const { method, query } = ctx']) expect(found).to.match(other)
    const files = readdirSync('src/http', { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    )
    expect(files.filter((name) => other.test(readFileSync(join('src/http', name), 'utf8')))).to.deep.equal([])
  })

  it('are each read once, however often one is repeated', () => {
    let reads = 0
    const text = `${'a&'.repeat(7000)}b=1`
    const usual = URLSearchParams.prototype.getAll
    URLSearchParams.prototype.getAll = function (name) {
      reads++
      return usual.call(this, name)
    }
    try {
      const query = parseQuery(text)
      expect(query.a).to.have.length(7000)
      expect(query.b).to.equal('1')
      expect(reads).to.equal(0)
    } finally {
      URLSearchParams.prototype.getAll = usual
    }
  })
})
