import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { chartKinds } from '../support/chart-kinds.ts'
import { filmKinds } from '../support/film-kinds.ts'

/** Returns the cells of each row of the table in docs/media.md with this header row. */
const rowsUnder = (head: string): ReadonlyArray<ReadonlyArray<string>> => {
  const [, after = ''] = readFileSync('docs/media.md', 'utf8').split(`\n${head}\n`)
  const [table = ''] = after.split('\n\n')
  return table
    .split('\n')
    .slice(1)
    .filter((row) => row !== '')
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

describe('the tables of colours in docs/media.md', () => {
  it('have each tested kind of picture, and no other, each within its tolerance', () => {
    const rows = rowsUnder('| format | kind | worst error | at most |')
    expect(rows.map(([format, name, , most]) => [format, name, most])).to.deep.equal(
      chartKinds.map(({ format, name, tolerance }) => [format, name, String(tolerance)]),
    )
    for (const [, name, error, most] of rows) expect(Number(error), name).to.be.at.most(Number(most))
  })

  it('have each tested kind of film, and no other, on both engines', () => {
    const rows = rowsUnder('| film | ffmpeg | node-av | at most |')
    expect(rows.map(([name, , , most]) => [name, most])).to.deep.equal(
      filmKinds.map(({ name, tolerance }) => [name, String(tolerance)]),
    )
    for (const [name, ffmpeg, nodeAv, most] of rows)
      for (const error of [ffmpeg, nodeAv]) expect(Number(error), name).to.be.at.most(Number(most))
  })
})
