import { expect } from 'chai'
import { describePlaylistReports } from '../../src/cli/playlist-report.ts'
import { checkPlaylists } from '../../src/domain/hls-check/check-playlists.ts'
import { ruleViolation } from '../../src/domain/hls-check/finding.ts'
import { right } from '../support/expect-right.ts'
import { seedLadder } from '../support/library.ts'
import { createMemoryLarder, listen } from '../support/memory-larder.ts'

describe('the report of larder check', () => {
  it('names every playlist of a served film, and finds no faults', async () => {
    const larder = await createMemoryLarder()
    const server = await listen(larder)
    const film = await seedLadder(larder)
    const jwt = await right(larder.tokens.mint('content', film.uid, 60))
    const url = `${server.base}/api/1/~${jwt}/content_files/${film.uid}/mobile.m3u8?bmin=0`
    const { lines, faults } = describePlaylistReports(
      await right(checkPlaylists(url, larder.playlistFetcher(null))),
      server.base,
    )
    await server.close()

    expect(faults, lines.join('\n')).to.equal(0)
    for (const { uid } of [film.high, film.low, film.sound])
      expect(lines.join('\n')).to.include(`/api/1/content_files/exports/${uid}.m3u8`)
    expect(lines.at(-1)).to.match(/^6 playlists: 0 faults, \d+ to consider$/)
    expect(lines.join('\n')).not.to.include(jwt)
  })

  const url = 'https://media.example.com/api/1/~a.b.c/content_files/cf_x/mobile.m3u8?bmin=0&jwt=d.e.f'

  it('has the rule, the line, the reason, the source and the remedy of each finding', () => {
    const finding = ruleViolation(
      'same-target',
      { number: 3 },
      'has a target of 6 s, another playlist of the file 7 s',
    )
    expect(
      describePlaylistReports([{ url, findings: [finding] }], 'https://media.example.com'),
    ).to.deep.equal({
      lines: [
        '/api/1/content_files/cf_x/mobile.m3u8?bmin=0&jwt=…',
        '  fault, line 3: same-target: has a target of 6 s, another playlist of the file 7 s (RFC 8216bis §6.2.4)',
        '    → Give all playlists of a file the greatest of their target durations.',
        '1 playlist: 1 fault, 0 to consider',
      ],
      faults: 1,
    })
  })

  it('never contains a token, and does not count advice as a fault (§2.6)', () => {
    const findings = [
      ruleViolation('reachable', null, 'names ../exports/cfe_a.m3u8?jwt=d.e.f: answers 403'),
      ruleViolation('compression', null, 'is served uncompressed'),
    ]
    const { lines, faults } = describePlaylistReports([{ url, findings }])
    expect(faults).to.equal(1)
    expect(lines.join('\n')).not.to.match(/a\.b\.c|d\.e\.f/)
    expect(lines[1]).to.equal(
      '  fault: reachable: names ../exports/cfe_a.m3u8?jwt=…: answers 403 (RFC 8216bis §6.2.1)',
    )
    expect(lines.at(-1)).to.equal('1 playlist: 1 fault, 1 to consider')
  })
})
