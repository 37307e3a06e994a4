import { expect } from 'chai'
import { normalizeRoute, readText } from '../support/contract.ts'
import { readApiDocument } from '../support/openapi/api-document.ts'
import { isPathOf } from '../support/served-routes.ts'

type ReplyFault = (
  shown: { readonly language: string; readonly text: string },
  output: string,
) => string | null

const loadReplyFault = async (): Promise<ReplyFault> => {
  const script: { readonly replyFault: ReplyFault } = await import(
    new URL('../../scripts/example-replies.mjs', import.meta.url).href
  )
  return script.replyFault
}

const methodOf = (line: string): string => {
  const named = / -X (\w+)/.exec(line)?.[1]
  return named ?? (/ -[dF] /.test(line) ? 'POST' : 'GET')
}

/** Returns the requests of the examples as `POST /api/1/admin/tokens`, with `x` for each variable. */
const exampleRequests = (file: string): ReadonlyArray<{ readonly method: string; readonly path: string }> =>
  [...readText(file).matchAll(/^```sh\n(.*?)^```$/gms)]
    .flatMap(([, code = '']) => code.split('\n'))
    .flatMap((line) =>
      [...line.matchAll(/"\$BASE(\/[^"?]*)/g)].map(([, path = '']) => ({
        method: methodOf(line),
        path: path.replaceAll(/\$\w+/g, 'x').replace('/api/1/~x/', '/api/1/'),
      })),
    )

describe('docs/recipes.md', () => {
  it('has a request for each operation that changes something', () => {
    const requests = exampleRequests('docs/recipes.md')
    const writes = Object.entries(readApiDocument().paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((method) => method !== 'get')
        .map((method) => normalizeRoute(`${method.toUpperCase()} ${path}`)),
    )
    expect(writes.length).to.be.greaterThan(8)
    const missing = writes.filter(
      (route) =>
        !requests.some(({ method, path }) => route.startsWith(`${method} `) && isPathOf(route, path)),
    )
    expect(missing).to.deep.equal([])
  })

  it('shows a reply for most requests', () => {
    const text = readText('docs/recipes.md')
    const replies = text.match(/^```(?:json|text)$/gm) ?? []
    expect(replies.length).to.be.greaterThan(30)
  })
})

describe('the comparison with replies that a document shows', () => {
  const json = (value: unknown) => ({ language: 'json', text: JSON.stringify(value) })
  let replyFault: ReplyFault

  before(async () => {
    replyFault = await loadReplyFault()
  })

  it('accepts what is shown, other numbers, and what … stands for', () => {
    const shown = json({ uid: 'cf_…', size: 1, tags: ['a', '…'], more: { b: null, '…': '…' } })
    const reply = '{"uid":"cf_x","size":20,"tags":["a","b"],"more":{"b":null,"c":1}}'
    expect(replyFault(shown, reply)).to.equal(null)
    expect(replyFault(shown, `{"an":{"earlier":"reply"}}${reply}`)).to.equal(null)
  })

  it('finds a missing and a further member, another value, and no reply at all', () => {
    expect(replyFault(json({ a: 1 }), '{"a":1,"b":2}')).to.include('also has b')
    expect(replyFault(json({ a: 1, b: 2 }), '{"a":1}')).to.equal('/b is undefined')
    expect(replyFault(json({ a: true }), '{"a":false}')).to.equal('/a is false')
    expect(replyFault(json({ a: 'if_…' }), '{"a":"cf_x"}')).to.include('/a is "cf_x"')
    expect(replyFault(json({ a: [1] }), '{"a":[1,2]}')).to.include('/a has 2 elements')
    expect(replyFault(json({ a: 1 }), 'no JSON')).to.include('the reply is undefined')
  })

  it('finds a line that is missing, or in another place', () => {
    const shown = { language: 'text', text: 'HTTP/1.1 200 OK\nETag: …\n' }
    expect(replyFault(shown, 'HTTP/1.1 200 OK\r\nVary: a\r\nETag: "b"\r\n')).to.equal(null)
    expect(replyFault(shown, 'ETag: "b"\r\nHTTP/1.1 200 OK\r\n')).to.equal('no line like ETag: …')
  })
})
