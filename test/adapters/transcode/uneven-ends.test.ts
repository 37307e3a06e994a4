import { expect } from 'chai'
import { unevenEndWarnings } from '../../../src/adapters/transcode/uneven-end-warnings.ts'
import type { MediaFacts } from '../../../src/domain/ingest/plan/media-plan.ts'

const header = (pictures: number | null, sound: number | null) =>
  ({ video: { endSeconds: pictures }, audio: { endSeconds: sound } }) as MediaFacts

describe('different ends of video and audio', () => {
  it('cause a warning if they are far apart and the header does not declare this, as in a joined Ogg film', () => {
    expect(unevenEndWarnings(header(4, 4), 4, 8.1)).to.deep.equal([
      'its pictures end at 4.0 s, and its sound at 8.1 s: the rest may be damaged, or may belong to a second file',
    ])
    expect(unevenEndWarnings(header(null, null), 8, 4)).to.have.length(1)
    expect(unevenEndWarnings(header(100, 100), 94, 100)).to.have.length(1)
  })

  it('cause no warning if the header declares them, or they are close, or unknown', () => {
    expect(unevenEndWarnings(header(2, 6), 2, 6)).to.deep.equal([])
    expect(unevenEndWarnings(header(3.1, 6), 5, 6)).to.deep.equal([])
    expect(unevenEndWarnings(header(6, 2), 6, 2)).to.deep.equal([])
    expect(unevenEndWarnings(header(4, 4), 4, 4.9)).to.deep.equal([])
    expect(unevenEndWarnings(header(100, 100), 95.5, 100)).to.deep.equal([])
    expect(unevenEndWarnings(header(4, 4), 4, null)).to.deep.equal([])
  })
})
