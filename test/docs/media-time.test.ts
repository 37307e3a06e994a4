import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { documentedTimeRows } from '../support/time-rows.ts'

/** Returns source and result of each row of the table below a heading. */
const rowsBelow = (heading: string): ReadonlyArray<readonly [string, string]> => {
  const text = readFileSync('docs/media.md', 'utf8')
  const [, section = ''] = text.split(`\n### ${heading}\n`)
  const [table = ''] = section.split('\n#', 1)
  return [...table.matchAll(/^\| (.+) \| (.+) \|$/gm)]
    .map(([, comesIn = '', comesOut = '']) => [comesIn, comesOut] as const)
    .slice(1)
}

/** Rows that describe refusals. Other tests cover these. */
const refusals = [
  'MP4, Matroska, AVI or Windows Media that is cut off (its demuxer says so, or it is smaller than its header says, and more than 5 % is missing)',
]

describe('docs/media.md', () => {
  it('has a test for each row of its table of time', () => {
    const rows = rowsBelow('Time').filter(([comesIn]) => !refusals.includes(comesIn))
    expect(rows).to.deep.equal(documentedTimeRows.map(({ comesIn, comesOut }) => [comesIn, comesOut]))
  })
})
