import type * as t from 'io-ts'

/** What a client learns of a codec: a message, and words for the `type` of a fault (http-api.md §1.4). */
type ExpectedValue = { readonly msg: string; readonly type: string }

type CodecShape = {
  readonly _tag?: string
  readonly name: string
  readonly props?: t.Props
  readonly type?: CodecShape
  readonly types?: ReadonlyArray<CodecShape>
  readonly value?: unknown
  readonly keys?: Readonly<Record<string, unknown>>
}

/** Tags of codecs that expect what another codec expects. */
export const wrapperTags = ['ExactType', 'ReadonlyType', 'RefinementType']

const noMessage = 'is invalid'
const nullMessage = 'should be null'

const byTag: Readonly<Record<string, ExpectedValue>> = {
  StringType: { msg: 'should be a text', type: 'string' },
  NumberType: { msg: 'should be a number', type: 'number' },
  BooleanType: { msg: 'should be true or false', type: 'boolean' },
  NullType: { msg: nullMessage, type: 'null' },
  ArrayType: { msg: 'should be a list', type: 'array' },
  ReadonlyArrayType: { msg: 'should be a list', type: 'array' },
  AnyArrayType: { msg: 'should be a list', type: 'array' },
  AnyDictionaryType: { msg: 'should be an object', type: 'object' },
  DictionaryType: { msg: 'should be an object', type: 'object' },
  IntersectionType: { msg: 'should be an object', type: 'object' },
}

const oneOf = (values: ReadonlyArray<unknown>): ExpectedValue => ({
  msg: `should be ${values.map((value) => JSON.stringify(value)).join(' or ')}`,
  type: 'enum',
})

/** Returns the name of a codec as words: `CaptionText` becomes `caption_text`. */
const wordsOf = (name: string): string =>
  /^[a-z]\w*$/i.test(name) ? name.replace(/(?<=[a-z\d])(?=[A-Z])/g, '_').toLowerCase() : 'value'

/** Combines what several codecs expect for the same value, of which one suffices. */
export const eitherOf = (alternatives: ReadonlyArray<ExpectedValue>): ExpectedValue => {
  const all = new Set(alternatives.map(({ msg }) => msg))
  // null is named first, because the words after it may have commas.
  const msgs = [...all].sort((a, b) => Number(b === nullMessage) - Number(a === nullMessage))
  const [first = noMessage, ...more] = msgs
  return {
    msg: [first, ...more.map((msg) => msg.replace(/^should be /, ''))].join(' or '),
    type: [...new Set(alternatives.map(({ type }) => type))].join('_or_'),
  }
}

/** Returns what a codec expects. A codec that io-ts does not define must give its failures a message. */
export const expectedValue = (codec: CodecShape): ExpectedValue => {
  const { _tag = '', name, props, type, types = [], value, keys } = codec
  if (_tag === 'LiteralType') return oneOf([value])
  if (_tag === 'KeyofType') return oneOf(Object.keys(keys ?? {}))
  if (_tag === 'UnionType') return eitherOf(types.map(expectedValue))
  if (wrapperTags.includes(_tag) && type !== undefined) return expectedValue(type)
  if (props !== undefined) return { msg: 'should be an object', type: 'object' }
  return byTag[_tag] ?? { msg: noMessage, type: wordsOf(name) }
}
