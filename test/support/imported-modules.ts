// Finds every module that a TypeScript source names. Reads tokens, as comments and strings contain the word "import", too.

/** Words after which a slash begins a regular expression, and does not divide. */
const beforeRegex = /^(?:return|typeof|case|in|of|do|else|void|throw|new|delete|await|yield|default)$/

const tokenStart =
  /\s+|\/\/.*|\/\*[\s\S]*?\*\/|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|[\p{L}\p{N}_$]+|=>|[^'"\s]/uy
const templatePart = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y
const regexLiteral = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y

const closing = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
  ['${', '}'],
])

/** Splits a source into tokens, without white space. Throws if quotes or brackets do not match, as it then misread the source. */
const tokensOf = (source: string): ReadonlyArray<string> => {
  const tokens: string[] = []
  const open: string[] = []
  let last = ''
  let at = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const [text] = pattern.exec(source) ?? []
    if (text === undefined) throw new Error(`unreadable: ${source.slice(at, at + 40)}`)
    at += text.length
    return text
  }
  const startsRegex = () =>
    source[at] === '/' &&
    !/^\/[/*]/.test(source.slice(at, at + 2)) &&
    (beforeRegex.test(last) || !/[\p{L}\p{N}_$)\]}'"`/]$/u.test(last))
  while (at < source.length) {
    const token = take(startsRegex() ? regexLiteral : tokenStart)
    if (/^\s/.test(token)) continue
    let whole = token
    if (closing.has(token)) open.push(token)
    const opened = /^[)\]}]$/.test(token) ? open.pop() : undefined
    if (/^[)\]}]$/.test(token) && closing.get(opened ?? '') !== token)
      throw new Error(`unreadable: ${token} at ${at}`)
    if (token === '`' || opened === '${') {
      whole += take(templatePart)
      if (whole.endsWith('${')) open.push('${')
    }
    tokens.push(whole)
    if (!/^\/[/*]/.test(whole)) last = whole
  }
  if (open.length > 0) throw new Error(`unreadable: ${open.join(' ')} is not closed`)
  return tokens
}

/** The module that a literal names; `undefined` for an expression, and for a literal with escapes. */
const literalOf = (token = ''): string | undefined => /^(['"`])([^\\$]*)\1$/.exec(token)?.[2]

/** The name of a module that is computed when the program runs. No room may import it. */
export const computed = '(computed)'

/** The number of the token behind the bracket that closes the one at `start`. */
const behindBrackets = (tokens: ReadonlyArray<string>, start: number): number => {
  let depth = 0
  for (let i = start; i < tokens.length; i++) {
    if (tokens[i] === '(') depth++
    if (tokens[i] === ')' && --depth === 0) return i + 1
  }
  return tokens.length
}

/**
 * The modules that a source names: imports of values, types and effects, re-exports, `import('…')` as an
 * expression and as a type, `require`, `createRequire(…)('…')`, `declare module`, `/// <reference>`. `require.resolve` is
 * no import: it returns a path.
 */
export const importedModules = (source: string): ReadonlyArray<string> => {
  const all = tokensOf(source)
  const references = all.flatMap((token) => {
    const [, kind, name = ''] = /^\/\/\/\s*<reference\s+(path|types)=["']([^"']*)/.exec(token) ?? []
    return kind === undefined ? [] : [kind === 'path' && !name.startsWith('.') ? `./${name}` : name]
  })
  const tokens = all.filter((token) => !/^\/[/*]/.test(token))
  const called = (open: number) =>
    /^[),]$/.test(tokens[open + 2] ?? '') ? (literalOf(tokens[open + 1]) ?? computed) : computed
  const named = tokens.flatMap((token, i): ReadonlyArray<string> => {
    const next = tokens[i + 1] ?? ''
    const isLiteral = /^['"]/.test(next)
    if (token === 'import' && isLiteral) return [literalOf(next) ?? computed]
    if (token === 'import' && next === '(') return [called(i + 1)]
    if (token === 'import' && next === '.') return tokens[i + 2] === 'meta' ? [] : [computed]
    if ((token === 'from' || token === 'module') && isLiteral) return [literalOf(next) ?? computed]
    if (token === 'require' && next === '(') return [called(i + 1)]
    if (token === 'require')
      return /^(?:const|\.)$/.test(tokens[i - 1] ?? '') || next === '.' ? [] : [computed]
    if (token === 'getBuiltinModule') return [computed]
    if (token !== 'createRequire' || next === ',' || next === '}') return []
    const behind = next === '(' ? behindBrackets(tokens, i + 1) : tokens.length
    if (tokens[behind] === '(') return [called(behind)]
    const isRequire = tokens[i - 2] === 'require' && tokens[i - 1] === '='
    return isRequire || (tokens[behind] === '.' && tokens[behind + 1] === 'resolve') ? [] : [computed]
  })
  return [...references, ...named]
}
