import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { defaultHttpLimits } from '../../src/http/http-limits.ts'
import { readTable } from '../browser/matrix/table.ts'

describe('docs/players.md [V53]', () => {
  it('names a version of each player that it describes, and a result other than "not tried" for each', async () => {
    const rows = (await readTable()).filter(([, version]) => version !== '')
    expect(rows.length).to.be.above(12)
    for (const [player = '', version = '', ...cells] of rows) {
      expect(version, player).to.match(/\d/)
      expect(
        cells.some((cell) => cell === 'plays' || cell.startsWith('**no**')),
        player,
      ).to.equal(true)
    }
  })

  it('[V53] names the versions of players from which the define mode works', () => {
    const text = readFileSync('docs/players.md', 'utf8')
    expect(text)
      .to.match(/hls\.js from \d/)
      .and.match(/Shaka\s+Player from \d/)
  })

  it('[V53] requires connections that stay open for longer than a player waits between two segments', () => {
    const segmentSeconds = 6
    expect(defaultHttpLimits.keepAliveMilliseconds / 1000).to.be.above(2 * segmentSeconds)
  })
})
