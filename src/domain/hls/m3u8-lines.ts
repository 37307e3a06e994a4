import { type M3u8Token, tokenizeM3u8 } from './m3u8-tokenizer.ts'

type M3u8Attribute = {
  readonly name: string
  /** The value of the attribute without its quotes. */
  readonly value: string
  readonly quoted: boolean
}

/** A line of an m3u8 text with its tag, attributes and URI. */
export type M3u8Line = {
  /** Line number, from 1. */
  readonly number: number
  /** The tag's name, such as `EXT-X-MAP`; `null` for a line without a tag. */
  readonly tag: string | null
  /** The text of the line after the colon of the tag. */
  readonly value: string
  readonly attributes: ReadonlyArray<M3u8Attribute>
  readonly uri: string | null
  /** The texts of all `tokens` of the line joined, including the line break. */
  readonly text: string
  readonly tokens: ReadonlyArray<M3u8Token>
}

const attributesOf = (tokens: ReadonlyArray<M3u8Token>): ReadonlyArray<M3u8Attribute> => {
  const pieces = tokens.filter(({ kind }) => kind !== 'space')
  return pieces.flatMap(({ kind, text: name }, i): ReadonlyArray<M3u8Attribute> => {
    const value = pieces[i + 2]
    if (kind !== 'attributeName') return []
    if (value?.kind === 'quotedString') return [{ name, value: value.text.slice(1, -1), quoted: true }]
    return [{ name, value: value?.kind === 'value' ? value.text : '', quoted: false }]
  })
}

const lineOf = (tokens: ReadonlyArray<M3u8Token>, number: number): M3u8Line => {
  const tagIndex = tokens.findIndex(({ kind }) => kind === 'tagName')
  const valueTokens = tagIndex < 0 ? [] : tokens.slice(tagIndex + 1).filter(({ kind }) => kind !== 'newline')
  return {
    number,
    tag: tokens[tagIndex]?.text.replace(/^#|:$/g, '') ?? null,
    value: valueTokens
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
    attributes: attributesOf(valueTokens),
    uri: tokens.find(({ kind }) => kind === 'uri')?.text ?? null,
    text: tokens.map(({ text }) => text).join(''),
    tokens,
  }
}

/**
 * Returns the lines of an m3u8 text in order. If the `text`s of all lines are joined, they equal the input.
 */
export const parseM3u8Lines = (text: string): ReadonlyArray<M3u8Line> => {
  const lines: M3u8Line[] = []
  let tokens: M3u8Token[] = []
  const flush = () => {
    if (tokens.length > 0) lines.push(lineOf(tokens, lines.length + 1))
    tokens = []
  }
  for (const token of tokenizeM3u8(text)) {
    tokens.push(token)
    if (token.kind === 'newline') flush()
  }
  flush()
  return lines
}

/** Returns the value of an attribute, without quotes. */
export const attributeValue = (line: M3u8Line, name: string): string | undefined =>
  line.attributes.find((attribute) => attribute.name === name)?.value

/** Returns the seconds of an EXTINF line; NaN if they are not a number in decimal notation. */
export const extinfSeconds = ({ value }: M3u8Line): number => {
  const [, seconds] = /^(\d+(?:\.\d+)?),/.exec(value) ?? []
  return seconds === undefined ? Number.NaN : Number(seconds)
}
