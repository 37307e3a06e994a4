import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { expect } from 'chai'
import { contractParagraphs, filesBelow, notYet, readText } from '../support/contract.ts'

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...filesBelow(['docs'], /\.md$/),
  ...filesBelow(['test/media'], /\.md$/),
]
const code = filesBelow(['src', 'test', 'bench', 'scripts'], /\.(?:ts|mjs|sh|css)$/)

type Line = { readonly file: string; readonly text: string; readonly where: string }

/** The text of a line begins with the parenthesis that the line before leaves open: a standard may be named there. */
const linesOf = (files: ReadonlyArray<string>): ReadonlyArray<Line> =>
  files.flatMap((file) =>
    readText(file)
      .split('\n')
      .map((text, index, lines) => ({
        file,
        text: `${/\([^)]*$/.exec(lines[index - 1] ?? '')?.[0] ?? ''} ${text}`,
        where: `${file}:${index + 1}: ${text.trim()}`,
      })),
  )

// In these files a § without a document's name means RFC 9110, as the head of each file states.
const readsRfc9110 = (file: string): boolean =>
  file.includes('http/bytes/') || file === 'scripts/compare-with-nginx.mjs'

const namesAnotherStandard = /\b(?:RFC|ISO|XML|H\.264|UTS|PNG-3|ECMA-262)\b|\b\d{5}-\d+ §/

/** Returns the § numbers of a line that mean http-api.md: those after its name, and bare ones. */
const citedNumbers = ({ file, text }: Line): ReadonlyArray<string> => {
  const ours =
    text.includes('http-api.md §') && namesAnotherStandard.test(text)
      ? [...text.matchAll(/http-api\.md §[\d.]+(?:(?:,| and) §[\d.]+)*/g)].map(([all]) => all).join(' ')
      : namesAnotherStandard.test(text) || readsRfc9110(file)
        ? ''
        : text
  return [...ours.matchAll(/§(\d+(?:\.\d+)*)/g)].map(([, number = '']) => number)
}

describe('citations', () => {
  it('of http-api.md name an existing number', () => {
    const numbers = contractParagraphs().map(({ number }) => number)
    const cited = linesOf([...documents, ...code].filter((file) => file !== 'test/docs/citations.test.ts'))
    for (const line of cited)
      for (const number of citedNumbers(line)) expect(numbers, line.where).to.include(number)
    expect(cited.flatMap(citedNumbers).length).to.be.greaterThan(100)
  })

  it('of a weakness name one of docs/weaknesses.md, and each prevented one is in the name of a test', () => {
    const entries = [...readText('docs/weaknesses.md').matchAll(/^\| (W\d+) \|.*\| (.*) \|$/gm)]
    const numbers = entries.map(([, number]) => number)
    for (const { text, where } of linesOf([...documents, ...code]))
      for (const [number] of text.matchAll(/\bW\d{1,2}\b/g)) expect(numbers, where).to.include(number)

    const titles = linesOf(code.filter((file) => file.startsWith('test/')))
      .map(({ text }) => text)
      .filter((text) => /\bW\d/.test(text))
      .join('\n')
    for (const [, number = '', guard = ''] of entries)
      if (!guard.startsWith(notYet))
        expect(new RegExp(`\\b${number}\\b`).test(titles), `no test names ${number}`).to.equal(true)
  })

  it('of a number as not built name one that http-api.md marks, too', () => {
    const marked = contractParagraphs()
      .filter(({ text }) => text.includes(notYet))
      .map(({ number }) => number)
    for (const { text, where } of linesOf(['docs/weaknesses.md']))
      for (const [, number = ''] of text.matchAll(/§(\d+(?:\.\d+)*)[^§|]*\*\*\(not yet\)/g))
        expect(marked, where).to.include(number)
  })

  it('of a document name an existing one', () => {
    const names = new Set(documents.map((file) => basename(file)))
    for (const { file, text, where } of linesOf([...documents, ...code]))
      for (const [name = ''] of text.matchAll(/(?<![\w/.-])(?:docs\/)?[\w-]+\.md\b/g))
        expect(names.has(basename(name)) || existsSync(name), `${where} (in ${file})`).to.equal(true)
  })
})
