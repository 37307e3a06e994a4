import fc from 'fast-check'

// Playlists as other software writes them, valid and malformed, for the test that the tokenizer loses
// nothing.

const name = fc.stringMatching(/^[A-Z][A-Z0-9-]{0,9}$/)
const inQuotes = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .map((text) => `"${text.replace(/["\p{Cc}]/gu, '')}"`)
const bare = fc.stringMatching(/^[A-Za-z0-9.x@-]{1,9}$/)
const attribute = fc.tuple(name, fc.oneof(inQuotes, bare)).map(([key, value]) => `${key}=${value}`)

const tag = fc.oneof(
  fc.constantFrom('#EXTM3U', '#EXT-X-ENDLIST', '#EXTINF:6.006,', '#EXTINF:4,a "title", URI="no"'),
  fc
    .tuple(name, fc.array(attribute, { minLength: 1, maxLength: 4 }))
    .map(([suffix, attributes]) => `#EXT-X-${suffix}:${attributes.join(',')}`),
  fc.tuple(name, fc.string()).map(([suffix, value]) => `#EXT-X-${suffix}:${value.replace(/[\r\n]/g, '')}`),
)
const comment = fc.string().map((text) => `# ${text.replace(/[\r\n]/g, '')}`)
const blank = fc.constantFrom('', ' ', '\t')

/** A relative reference to a child playlist or segment, with or without query and fragment. */
export const childUri: fc.Arbitrary<string> = fc
  .tuple(
    fc.stringMatching(/^(\.\.\/|\/)?[a-z][a-z0-9/_.~-]{0,20}$/).filter((path) => !path.startsWith('//')),
    fc.option(fc.stringMatching(/^[a-z0-9=&%]{0,10}$/), { nil: undefined }),
    fc.option(fc.stringMatching(/^[a-z0-9]{0,5}$/), { nil: undefined }),
  )
  .map(([path, query, hash]) => [path, query && `?${query}`, hash && `#${hash}`].join(''))

const uriLine = fc.oneof(
  childUri,
  fc.string().map((text) => text.replace(/[\r\n]/g, '')),
)

/** Any playlist, with LF and CRLF mixed, with or without a byte order mark and a final newline. */
export const anyList: fc.Arbitrary<string> = fc
  .record({
    mark: fc.constantFrom('', '\uFEFF'),
    lines: fc.array(fc.tuple(fc.oneof(tag, comment, blank, uriLine), fc.constantFrom('\n', '\r\n')), {
      maxLength: 12,
    }),
    last: fc.oneof(fc.constant(''), tag, uriLine),
  })
  .map(({ mark, lines, last }) => mark + lines.flat().join('') + last)

/** A playlist that refers to child URIs in lines and in tags, and the list of these URIs in order. */
export const listOfChildren: fc.Arbitrary<{
  readonly text: string
  readonly children: ReadonlyArray<string>
}> = fc
  .record({
    children: fc.array(fc.tuple(childUri, fc.constantFrom('line', 'map', 'media')), { maxLength: 8 }),
    newline: fc.constantFrom('\n', '\r\n'),
    ends: fc.boolean(),
  })
  .map(({ children, newline, ends }) => {
    const lines = children.map(([uri, place]) => {
      if (place === 'line') return `#EXTINF:6,${newline}${uri}`
      if (place === 'map') return `#EXT-X-MAP:URI="${uri}",BYTERANGE="1@0"`
      return `#EXT-X-MEDIA:TYPE=AUDIO,URI="${uri}",GROUP-ID="a, URI=b"`
    })
    const text = ['#EXTM3U', '#EXT-X-VERSION:6', ...lines].join(newline) + (ends ? newline : '')
    return { text, children: children.map(([uri]) => uri) }
  })
