import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { loadSettings } from '../src/composition/load-settings.ts'
import { settingNames } from '../src/config/misspelt-settings.ts'

const read = (file: string): string => readFileSync(file, 'utf8')

type Entry = { readonly name: string; readonly text: string }

/** Returns each `### NAME` of docs/settings.md with the text below it. */
const entries = (): ReadonlyArray<Entry> =>
  [...read('docs/settings.md').matchAll(/^### (\S+)\n(.*?)(?=^##|$(?![\s\S]))/gms)].map(
    ([, name = '', text = '']) => ({ name, text }),
  )

const documents = (): ReadonlyArray<string> => [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

describe('docs/settings.md', () => {
  it('has every setting of Larder, and no other', () => {
    expect(entries().map(({ name }) => name)).to.have.members(settingNames())
  })

  it('gives the syntax, the default and the effect of each setting', () => {
    for (const { name, text } of entries()) {
      const [, form = '', about = ''] =
        /^\n\*\*syntax:\*\* `(\w+)=.*\n\*\*default:\*\* (?:`.+`|none: .+)\n\n(.+)/.exec(text) ?? []
      expect(form, name).to.equal(name)
      expect(about, name).to.match(/^[^*]/)
    }
  })

  it('names the actual defaults', () => {
    for (const { name, text } of entries()) {
      const [, value] = /\*\*default:\*\* `(.+)`$/m.exec(text) ?? []
      if (value === undefined) continue
      expect(loadSettings({ [name]: value }), name).to.deep.equal(loadSettings({}))
    }
  })

  it('lists each setting at the top', () => {
    const [head = ''] = read('docs/settings.md').split('\n## ', 1)
    const listed = [...head.matchAll(/\[([A-Z\d_]+)\]\(#([a-z\d_]+)\)/g)]
    expect(listed.map(([, name]) => name)).to.have.members(settingNames())
    for (const [, name = '', anchor] of listed) expect(anchor).to.equal(name.toLowerCase())
  })
})

/** Returns the anchor that GitHub generates for a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

describe('the documents', () => {
  it('link only to existing files and headings', () => {
    for (const file of documents())
      for (const [link, target = '', anchor] of read(file).matchAll(
        /\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g,
      )) {
        const path = target === '' ? file : join(dirname(file), target)
        expect(existsSync(path), `${file}: ${link}`).to.equal(true)
        if (anchor === undefined) continue
        const headings = [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))
        expect(headings, `${file}: ${link}`).to.include(anchor)
      }
  })

  it('name only files that exist in the source tree', () => {
    for (const file of documents())
      for (const [, path = ''] of read(file).matchAll(/`((?:src|test|scripts)\/[\w./-]+)`/g))
        if (!/acme|caption/.test(path)) expect(existsSync(path), `${file}: ${path}`).to.equal(true)
  })
})
