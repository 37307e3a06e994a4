import { type Token, tokenize } from './m3u8-tokenizer.ts'

export type Attribute = {
  readonly name: string
  /** Without its quotes. */
  readonly value: string
  readonly quoted: boolean
}

/** A line of an m3u8 text, as its readers want it. */
export type Line = {
  /** From 1. */
  readonly number: number
  /** `EXT-X-MAP`; `null` for what is no tag. */
  readonly tag: string | null
  /** What stands after the tag's colon, as written. */
  readonly value: string
  readonly attributes: ReadonlyArray<Attribute>
  readonly uri: string | null
  /** Its text, `tokens` put together: with its line break. */
  readonly text: string
  readonly tokens: ReadonlyArray<Token>
}

const attributesOf = (tokens: ReadonlyArray<Token>): ReadonlyArray<Attribute> => {
  const pieces = tokens.filter(({ kind }) => kind !== 'space')
  return pieces.flatMap(({ kind, text: name }, i): ReadonlyArray<Attribute> => {
    const value = pieces[i + 2]
    if (kind !== 'attributeName') return []
    if (value?.kind === 'quotedString') return [{ name, value: value.text.slice(1, -1), quoted: true }]
    return [{ name, value: value?.kind === 'value' ? value.text : '', quoted: false }]
  })
}

const lineOf = (tokens: ReadonlyArray<Token>, number: number): Line => {
  const at = tokens.findIndex(({ kind }) => kind === 'tagName')
  const valueTokens = at < 0 ? [] : tokens.slice(at + 1).filter(({ kind }) => kind !== 'newline')
  return {
    number,
    tag: tokens[at]?.text.replace(/^#|:$/g, '') ?? null,
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

/** The lines of an m3u8 text in order; their `text`s together are the input. */
export const linesOf = (text: string): ReadonlyArray<Line> => {
  const lines: Line[] = []
  let tokens: Token[] = []
  const end = () => {
    if (tokens.length > 0) lines.push(lineOf(tokens, lines.length + 1))
    tokens = []
  }
  for (const token of tokenize(text)) {
    tokens.push(token)
    if (token.kind === 'newline') end()
  }
  end()
  return lines
}

/** The value of an attribute, without quotes. */
export const attributeOf = (line: Line, name: string): string | undefined =>
  line.attributes.find((attribute) => attribute.name === name)?.value

/** Seconds of an EXTINF line; not a number when it is not in fixed notation. */
export const secondsOf = ({ value }: Line): number => {
  const [, seconds] = /^(\d+(?:\.\d+)?),/.exec(value) ?? []
  return seconds === undefined ? Number.NaN : Number(seconds)
}
