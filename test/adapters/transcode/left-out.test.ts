import { expect } from 'chai'
import { boundLeftOutLines } from '../../../src/adapters/transcode/left-out-lines.ts'
import type { ProbedFile } from '../../../src/adapters/transcode/probed-file.ts'
import { selectStreams } from '../../../src/adapters/transcode/select-streams.ts'
import { E } from '../../../src/fp.ts'
import { audioStream, noExtras, videoStream } from '../../support/probed-streams.ts'

const warningsOf = (file: Partial<ProbedFile>) => {
  const facts = selectStreams({ durationSeconds: 60, streams: [], extras: noExtras, ...file })
  return E.isRight(facts) ? facts.right.warnings : []
}

describe('the warnings of what is left out', () => {
  it('[V47] warns about cover pictures, data streams, attached files and chapters', () => {
    const cover = videoStream({ codec: 'mjpeg', width: 300, height: 300, isCover: true })
    const extras = { data: ['tmcd', 'gpmd', 'gpmd'], attachments: ['ttf'], chapters: 2 }
    expect(warningsOf({ streams: [cover, audioStream()], extras })).to.deep.equal([
      'left out: a cover picture (mjpeg, 300x300)',
      'left out: 3 data streams (tmcd, gpmd)',
      'left out: 1 attached file (ttf)',
      'left out: 2 chapters',
    ])
    const titles = { data: ['text'], attachments: [], chapters: 1 }
    expect(warningsOf({ streams: [audioStream()], extras: titles })).to.deep.equal(['left out: 1 chapter'])
    const many = { data: ['a1', 'b2', 'c3', 'd4', 'e5', 'f6'], attachments: [], chapters: 0 }
    expect(warningsOf({ streams: [audioStream()], extras: many })).to.deep.equal([
      'left out: 6 data streams (a1, b2, c3, d4, e5, others)',
    ])
  })

  it('name the captions and the alpha channel of the video that is used, and of no other', () => {
    const content = { hasAlpha: true, hasCaptions: true }
    const other = videoStream({ index: 2, width: 320, ...content })
    expect(warningsOf({ streams: [videoStream(content)] })).to.deep.equal([
      'left out: captions inside the pictures (CEA-608 or CEA-708)',
      'left out: the alpha channel of the pictures (transparency)',
    ])
    expect(warningsOf({ streams: [videoStream(), other] })).to.deep.equal([
      'left out: pictures (h264, 320x360)',
    ])
  })

  it('are twenty and a number, however many streams there are; other warnings stay', () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `left out: sound ${i}`)
    const bounded = boundLeftOutLines(['first', ...lines, 'last'])
    expect(bounded).to.deep.equal(['first', ...lines.slice(0, 20), 'last', '980 more streams are left out'])
    expect(boundLeftOutLines(bounded)).to.deep.equal(bounded)
    expect(boundLeftOutLines(lines.slice(0, 20))).to.deep.equal(lines.slice(0, 20))
    expect(boundLeftOutLines(lines.slice(0, 21)).at(-1)).to.equal('1 more stream is left out')
  })
})
