import { basename } from 'node:path'
import { expect } from 'chai'
import { filesBelow, readText } from './support/contract.ts'

/** Banned: words for people other than viewer, client, caller, owner and "they", and idioms that are hard for non-native readers. */
const bannedWords =
  /\b(?:he|him|his|himself|she|her|hers|whoever|whomever|whom|nobody|anybody|somebody|strangers?|lest|thereof)\b/i

/** The Unix user of that name. */
const unixUser = /[`'"]nobody[`'"]/g

/** Exported names that cannot be searched for, or that mean nothing by themselves. */
const bannedNames = new Set([
  ...[
    'told',
    'run',
    'cut',
    'judge',
    'follow',
    'within',
    'frame',
    'asked',
    'kept',
    'known',
    'made',
    'brought',
  ],
  ...[
    'leave',
    'abandon',
    'upload',
    'download',
    'encode',
    'probe',
    'remux',
    'describe',
    'explain',
    'close',
    'listen',
    'query',
    'instant',
  ],
  ...[
    'Asked',
    'Known',
    'Kept',
    'Begun',
    'Brought',
    'Located',
    'Shown',
    'Told',
    'Entry',
    'Facts',
    'Files',
    'End',
  ],
])

/** Parts of exported names for which the field has another word: image, audio, video, parsed, default, declared. */
const bannedParts =
  /^(?:told|telling|asked|kept|known|made|brought|usual|wanted|looked|remembered|anew|readings?|sounds?|pictures?|films?)$/i

const isBannedName = (name: string): boolean =>
  bannedNames.has(name) ||
  (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []).some((part) => bannedParts.test(part))

const code = filesBelow(
  ['src', 'test', 'bench', 'scripts', 'clients/typescript/src'],
  /\.(?:ts|mjs)$/,
).filter((file) => !file.endsWith('words.test.ts'))
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'clients/typescript/README.md',
  ...filesBelow(['docs'], /\.md$/),
  ...filesBelow(['src'], /\.md$/),
]

/** Returns the comments of a file with their line numbers. A `//` in a string follows a colon or a quote. */
const commentLines = (text: string): ReadonlyArray<readonly [number, string]> =>
  text.split('\n').flatMap((line, index) => {
    const comment = /^\s*(?:\/\*\*?|\*|\/\/)(.*)$/.exec(line)?.[1] ?? /(?<![:'"`/])\/\/ (.*)$/.exec(line)?.[1]
    return comment === undefined ? [] : [[index + 1, comment] as const]
  })

/** Names of formats, standards and units that look like identifiers of TypeScript. */
const foreignNames = new Set(['cHRM', 'cICP', 'gAMA', 'frameLength', 'fileSize', 'iPhones', 'dB'])

/** Returns the words of a comment that look like identifiers. Addresses, options and rules of the linter have none. */
const identifiersIn = (comment: string): ReadonlyArray<string> =>
  [
    ...comment
      .replace(/https?:\S+|biome-ignore \S+|(?<=`)\w+ [^`]*(?=`)/g, ' ')
      .matchAll(/\b[a-z][a-z\d]*[A-Z]\w*\b/g),
  ]
    .map(([name]) => name)
    .filter((name) => !foreignNames.has(name))

/** Returns the words in backticks of a comment that look like identifiers: `camelCase`. */
const quotedIdentifiers = (comment: string): ReadonlyArray<string> =>
  [...comment.matchAll(/`([a-z][a-z\d]*[A-Z]\w*)`/g)]
    .map(([, name = '']) => name)
    .filter((name) => !foreignNames.has(name))

/** Returns the words of a text outside of its comments. */
const codeWords = (text: string): ReadonlySet<string> =>
  new Set(text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, '').match(/\w+/g))

/**
 * Words that users are not to read, each with another one for the same thing (docs/glossary.md). A stream inside a file
 * is an audio or video stream.
 */
const foreignToUsers: ReadonlyArray<readonly [rooms: RegExp, words: RegExp]> = [
  [/^src\/(?:cli|terminal|config|worker|main|console|http\/pages)/, /\b(?:images?|audio|videos?)\b/],
  [/^src\/domain\/(?:ingest|sweep)/, /\b(?:images?|videos?)\b/],
  [
    /^src\/(?:cli|domain\/hls-check|adapters\/http|ports\/playlist)/,
    /\b(?:lists of|(?:all|another|each|of the|the) lists?)\b|^list$/,
  ],
  [/./, /\b(?:upkeep|books)\b/],
]

/** Texts that are the name of a dependency or a file, and stay. */
const namesInTexts = /image process|upkeep\.lock|image\/\$/

/** Returns the texts in quotes and backticks of a file, with their line numbers. Comments and imports have none. */
const printedTexts = (text: string): ReadonlyArray<readonly [number, string]> =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .split('\n')
    .flatMap((line, index) =>
      /^\s*(?:\/\/|import\b|export .* from\b|\} from\b)/.test(line)
        ? []
        : [...line.matchAll(/'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g)].map(
            ([, quoted, template]) =>
              [index + 1, (quoted ?? template ?? '').replace(/\$\{[^}]*\}/g, '…')] as const,
          ),
    )

/** Returns whether a text is a sentence or a part of one, and not a name in the code. */
const isProse = (printed: string): boolean => / /.test(printed) || /^(?:list|books|upkeep)$/.test(printed)

const unusualTexts = (file: string, text: string): ReadonlyArray<string> =>
  printedTexts(text)
    .filter(
      ([, printed]) =>
        isProse(printed) &&
        !namesInTexts.test(printed) &&
        foreignToUsers.some(([rooms, words]) => rooms.test(file) && words.test(printed)),
    )
    .map(([line, printed]) => `${file}:${line}: ${printed}`)

const banned = (text: string): boolean => bannedWords.test(text.replaceAll(unixUser, ''))

describe('the words', () => {
  it('of comments are plain: no "he", "whoever" or "nobody"', () => {
    const found = code.flatMap((file) =>
      commentLines(readText(file))
        .filter(([, comment]) => banned(comment))
        .map(([line, comment]) => `${file}:${line}: ${comment.trim()}`),
    )
    expect(found).to.deep.equal([])
  })

  it('of documents are, too', () => {
    const found = documents.flatMap((file) =>
      readText(file)
        .split('\n')
        .flatMap((line, index) => (banned(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
    )
    expect(found).to.deep.equal([])
  })

  it('of texts for users are the same everywhere: picture, sound, film, playlist', () => {
    const found = code
      .filter((file) => file.startsWith('src/'))
      .flatMap((file) => unusualTexts(file, readText(file)))
    expect(found).to.deep.equal([])
  })

  it('of texts for users are found in strings, and nowhere else', () => {
    for (const text of [
      "print('adds images')",
      'print(`$' + '{uid} is an image`)',
      "onFailure: logOutage('upkeep')",
    ])
      expect(unusualTexts('src/cli/x.ts', text), text).to.have.length(1)
    for (const text of [
      "kind === 'image'",
      '// an image file',
      "import { a } from './an image.ts'",
      '`$' + '{image.uid} is fine`',
    ])
      expect(unusualTexts('src/cli/x.ts', text), text).to.have.length(0)
  })

  it('of comments name existing files', () => {
    const names = new Set(code.map((file) => basename(file)))
    const found = code.flatMap((file) =>
      commentLines(readText(file)).flatMap(([line, comment]) =>
        [...comment.matchAll(/(?<![\w.-])[a-z\d][a-z\d-]*(?:\.[a-z]+)*\.(?:ts|mjs)\b/g)]
          .filter(([name]) => !names.has(name))
          .map(([name]) => `${file}:${line}: ${name}`),
      ),
    )
    expect(found).to.deep.equal([])
  })

  it('of comments in backticks name identifiers of the same file', () => {
    const found = code
      .filter((file) => file.startsWith('src/'))
      .flatMap((file) => {
        const words = codeWords(readText(file))
        return commentLines(readText(file)).flatMap(([line, comment]) =>
          quotedIdentifiers(comment)
            .filter((name) => !words.has(name))
            .map((name) => `${file}:${line}: ${name}`),
        )
      })
    expect(found).to.deep.equal([])
  })

  it('of comments that look like identifiers are identifiers', () => {
    const words = new Set(code.flatMap((file) => [...codeWords(readText(file))]))
    const found = code.flatMap((file) =>
      commentLines(readText(file)).flatMap(([line, comment]) =>
        identifiersIn(comment)
          .filter((name) => !words.has(name))
          .map((name) => `${file}:${line}: ${name}`),
      ),
    )
    expect(found).to.deep.equal([])
    expect(identifiersIn(' see readListing, not `ls -lR` or https://a.example/xY')).to.deep.equal([
      'readListing',
    ])
  })

  it('that files export can be searched for', () => {
    const found = code
      .filter((file) => file.startsWith('src/'))
      .flatMap((file) =>
        [...readText(file).matchAll(/^export (?:const|type|class|(?:async )?function\*?) (\w+)/gm)]
          .filter(([, name = '']) => isBannedName(name))
          .map(([, name]) => `${file}: ${name}`),
      )
    expect(found).to.deep.equal([])
  })

  it('that are banned are found as whole words of a name', () => {
    for (const name of ['told', 'usualLimits', 'OtherSound', 'LOOKED_AT', 'filmColour', 'RenditionReading'])
      expect(isBannedName(name), name).to.equal(true)
    for (const name of ['unknownKey', 'defaultLimits', 'isSoundless'])
      expect(isBannedName(name), name).to.equal(false)
  })

  it('in backticks are not found in the comments themselves', () => {
    const text = '/** Waits for `lastWork`. */\nconst url = x // `lastWork`\n  // `lastWork`\nfinish(url)'
    expect([...codeWords(text)]).to.deep.equal(['const', 'url', 'x', 'finish'])
    expect(commentLines(text).flatMap(([, comment]) => quotedIdentifiers(comment))).to.have.length(3)
  })

  it('are found in comments, and nowhere else', () => {
    for (const text of [
      '/** Whose it is he knows. */',
      '  // for whoever asks',
      ' * Nobody waits.',
      'x() // his',
    ])
      expect(
        commentLines(text).some(([, comment]) => banned(comment)),
        text,
      ).to.equal(true)
    for (const text of [
      "const nobody = 'nobody'",
      '// as `nobody`',
      "fetch('http://his.example')",
      '// the cache',
    ])
      expect(
        commentLines(text).some(([, comment]) => banned(comment)),
        text,
      ).to.equal(false)
  })
})
