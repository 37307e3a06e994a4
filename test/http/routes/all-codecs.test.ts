import { expect } from 'chai'
import * as t from 'io-ts'
import { toUnprocessable } from '../../../src/http/request/decode-faults.ts'
import { encodeTextCursor } from '../../../src/http/request/page-query.ts'
import { describedRoutes } from '../../support/openapi/described-routes.ts'

type Named = { readonly codec: t.Mixed; readonly path: string }

type Parts = {
  readonly props?: t.Props
  readonly types?: ReadonlyArray<t.Mixed>
  readonly type?: t.Mixed
  readonly codomain?: t.Mixed
}

/** Returns a codec with all codecs of which it consists. */
const partsOf = ({ codec, path }: Named): ReadonlyArray<Named> => {
  const { props = {}, types = [], type, codomain } = codec as t.Mixed & Parts
  const children: ReadonlyArray<Named> = [
    ...Object.entries(props).map(([name, member]) => ({ codec: member, path: `${path}.${name}` })),
    ...[...types, type, codomain].flatMap((part) => (part === undefined ? [] : [{ codec: part, path }])),
  ]
  return [{ codec, path }, ...children.flatMap(partsOf)]
}

/** Returns the codec of each part of a request whose faults a client may see. */
const requestCodecs = async (): Promise<ReadonlyArray<Named>> =>
  (await describedRoutes()).flatMap(({ outline: { params, explainsParams, query, body } }) => [
    ...(query === undefined ? [] : [{ codec: query, path: 'query' }]),
    ...(params !== undefined && explainsParams ? [{ codec: params, path: 'params' }] : []),
    ...(body?.codec ? [{ codec: body.codec, path: 'body' }] : []),
  ])

/** One body for each route that reads one, or more. */
const sampleBodies: ReadonlyArray<object> = [
  { key: 'image_files:public:if_a' },
  { uid: 'if_a' },
  { family: 'image_files:public:{uid}' },
  { jti: 'a' },
  { sub: 'a' },
  { missing: true },
  { priority: 1 },
  { title: 'a' },
  { uids: ['if_a'], patch: { title: 'a' } },
  { uids: ['if_a'], delete: true },
  { jwt: 'a.b.c' },
  { url: 'https://example.org/a.jpg', title: 'a' },
  { max_bytes: 1, kinds: ['image'], expires_in: 60, count: 2, origins: ['https://a.example'] },
  { uid: 'if_a', ttl_seconds: 60, restrictions: { maxh: 480 } },
]

/** Returns each sample with one more member, at each of its levels. */
const withUnknownMember = (sample: object): ReadonlyArray<object> => [
  { ...sample, no_such_member: true },
  ...Object.entries(sample).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? withUnknownMember(value).map((changed) => ({ ...sample, [name]: changed }))
      : [],
  ),
]

/** Texts that end in U+0000 or an unpaired surrogate, alone and in the notations that routes know. */
const unstorableTexts = ['\0', '\ud800'].flatMap((end) => [
  end,
  `image_files:public:${end}`,
  encodeTextCursor(end),
])

const acceptsUnstorableText = ({ codec }: Named): boolean =>
  unstorableTexts.some((text) => {
    const decoded = codec.decode(text)
    return decoded._tag === 'Right' && /[\0\p{Surrogate}]/u.test(String(decoded.right))
  })

const faultOf = ({ codec, path }: Named): string | null => {
  const unbounded = (codec as { readonly _tag?: string })._tag
  if (unbounded === 'StringType') return `${path}: use storableText in place of t.string`
  if (acceptsUnstorableText({ codec, path })) return `${path}: the database rejects a text of ${codec.name}`
  if (unbounded === 'NumberType' && path.startsWith('body')) return `${path}: use a number with limits`
  const decoded = t.type({ x: codec }).decode({ x: Symbol('no value of JSON') })
  if (decoded._tag === 'Right') return null
  const unexplained = toUnprocessable('body', decoded.left).detail.find(
    ({ msg, type }) => msg === 'is invalid' || !/^[a-z]+(?:_[a-z]+)*$/.test(type) || type === 'value',
  )
  return unexplained === undefined ? null : `${path}: the codec ${codec.name} needs a message`
}

describe('the codecs of all routes', () => {
  it('say in words what they expect, and accept no text or number that the database rejects', async () => {
    const codecs = (await requestCodecs()).flatMap(partsOf)
    expect(codecs.length).to.be.greaterThan(20)
    expect(codecs.map(faultOf).filter((fault) => fault !== null)).to.deep.equal([])
  })

  it('refuse a body with a member that they do not know, because it may have been meant to restrict something', async () => {
    const bodies = (await requestCodecs()).filter(({ path }) => path === 'body')
    expect(bodies.length).to.be.greaterThan(4)
    for (const { codec } of bodies) {
      const accepted = sampleBodies.filter((sample) => codec.decode(sample)._tag === 'Right')
      expect(accepted, `${codec.name}: add a sample of this body`).not.to.have.length(0)
      for (const changed of accepted.flatMap(withUnknownMember))
        expect(codec.decode(changed)._tag, `${JSON.stringify(changed)}: use closedObject`).to.equal('Left')
    }
  })

  it('are refused by this rule if they say nothing, or have no limits', () => {
    const silent = new t.Type<1, 1, unknown>(
      'One',
      (u): u is 1 => u === 1,
      (u, c) => t.failure(u, c),
      t.identity,
    )
    for (const codec of [silent, t.string, t.number])
      expect(
        partsOf({ codec: t.partial({ a: codec }), path: 'body' })
          .map(faultOf)
          .at(-1),
      ).to.be.a('string')
  })
})
