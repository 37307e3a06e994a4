import { expect } from 'chai'
import * as t from 'io-ts'
import { withDescription, withSchema } from '../../../src/domain/shared/json-schema.ts'
import { nullable } from '../../../src/domain/shared/nullable.ts'
import { oneOf } from '../../../src/domain/shared/one-of.ts'
import { refine } from '../../../src/domain/shared/refine.ts'
import { createSchemaWriter } from '../../../src/http/openapi/schema-of.ts'
import { closedObject } from '../../../src/http/request/closed-object.ts'

const schemaOf = (codec: t.Mixed) => createSchemaWriter().schemaOf(codec)

const isText = (u: unknown): u is string => typeof u === 'string'
const Word = refine('word', isText, 'should be a word', { type: 'string', minLength: 1 })

describe('the schema of a codec', () => {
  it('has the members of an object, and those that must be there', () => {
    const codec = t.intersection([t.strict({ a: t.string }), t.exact(t.partial({ b: t.boolean }))])
    expect(schemaOf(codec)).to.deep.equal({
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'boolean' } },
      required: ['a'],
    })
    expect(schemaOf(t.partial({ b: t.number }))).to.deep.equal({
      type: 'object',
      properties: { b: { type: 'number' } },
    })
  })

  it('refuses other members if the codec does', () => {
    expect(schemaOf(closedObject(t.strict({ a: t.string })))).to.deep.equal({
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    })
  })

  it('permits null where the codec does', () => {
    expect(schemaOf(nullable(t.string))).to.deep.equal({ type: ['string', 'null'] })
    expect(schemaOf(nullable(oneOf('letter', ['a', 'b'])))).to.deep.include({
      type: ['string', 'null'],
      enum: ['a', 'b', null],
    })
    expect(schemaOf(nullable(t.strict({ a: t.null }, 'Pair')))).to.deep.equal({
      anyOf: [{ $ref: '#/components/schemas/Pair' }, { type: 'null' }],
    })
  })

  it('has lists, dictionaries, alternatives and fixed values', () => {
    expect(schemaOf(t.readonlyArray(t.literal(1)))).to.deep.equal({ type: 'array', items: { const: 1 } })
    expect(schemaOf(t.record(t.string, t.number))).to.deep.equal({
      type: 'object',
      additionalProperties: { type: 'number' },
    })
    expect(schemaOf(t.union([t.string, t.number]))).to.deep.equal({
      anyOf: [{ type: 'string' }, { type: 'number' }],
    })
    expect(schemaOf(t.keyof({ a: null }))).to.deep.equal({ type: 'string', enum: ['a'] })
    expect(schemaOf(t.UnknownRecord)).to.deep.equal({ type: 'object' })
  })

  it('is the one that was noted for a codec without a structure, with its expectation in words', () => {
    expect(schemaOf(Word)).to.deep.equal({ type: 'string', minLength: 1, description: 'A word.' })
    expect(schemaOf(withDescription(Word, 'The name.'))).to.deep.equal({
      type: 'string',
      minLength: 1,
      description: 'The name.',
    })
  })

  it('does not exist for a codec without either', () => {
    const silent = refine('silent', isText)
    expect(() => schemaOf(t.strict({ a: silent }))).to.throw('the codec silent has no schema')
    expect(schemaOf(withSchema(silent, { type: 'string' }))).to.deep.equal({ type: 'string' })
  })

  it('is written once for a codec with a name, to which others refer', () => {
    const { schemaOf, components } = createSchemaWriter()
    const Page = t.strict({ first: t.string }, 'Page')
    expect(schemaOf(t.strict({ page: withDescription(Page, 'One.'), next: Page }))).to.deep.include({
      properties: {
        page: { $ref: '#/components/schemas/Page', description: 'One.' },
        next: { $ref: '#/components/schemas/Page' },
      },
    })
    expect(Object.keys(components())).to.deep.equal(['Page'])
    expect(() => schemaOf(t.strict({ other: t.string }, 'Page'))).to.throw('two codecs have the name Page')
  })
})
