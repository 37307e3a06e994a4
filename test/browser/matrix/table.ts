import { readFile, writeFile } from 'node:fs/promises'

export type Row = ReadonlyArray<string>

const document = 'docs/players.md'
const between = /(?<=<!-- by npm run players -->\n).*?(?=<!-- end -->)/s

/** Reads the rows of the table in the document, without its header. */
export const readTable = async (): Promise<ReadonlyArray<Row>> => {
  const [table = ''] = between.exec(await readFile(document, 'utf8')) ?? []
  const lines = table.split('\n').filter((line) => line !== '')
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

export const writeTable = async (head: Row, rows: ReadonlyArray<Row>): Promise<void> => {
  const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('')
  await writeFile(
    document,
    (await readFile(document, 'utf8')).replace(between, () => table),
  )
}
