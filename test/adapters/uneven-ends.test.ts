import { expect } from 'chai'
import { unevenEnds } from '../../src/adapters/transcode/uneven-ends.ts'
import type { MediaFacts } from '../../src/domain/ingest/plan/media-plan.ts'

const header = (pictures: number | null, sound: number | null) =>
  ({ video: { endSeconds: pictures }, audio: { endSeconds: sound } }) as MediaFacts

describe('ends of pictures and sound', () => {
  it('are warned of where they are far apart and the header does not say so: as of a joined Ogg film', () => {
    expect(unevenEnds(header(4, 4), 4, 8.1)).to.deep.equal([
      'its pictures end at 4.0 s, and its sound at 8.1 s: what is between them may be damaged, or of a second file',
    ])
    expect(unevenEnds(header(null, null), 8, 4)).to.have.length(1)
    expect(unevenEnds(header(100, 100), 94, 100)).to.have.length(1)
  })

  it('are let be where the header says so, are near each other, or are not known', () => {
    expect(unevenEnds(header(2, 6), 2, 6)).to.deep.equal([])
    expect(unevenEnds(header(3.1, 6), 5, 6)).to.deep.equal([])
    expect(unevenEnds(header(6, 2), 6, 2)).to.deep.equal([])
    expect(unevenEnds(header(4, 4), 4, 4.9)).to.deep.equal([])
    expect(unevenEnds(header(100, 100), 95.5, 100)).to.deep.equal([])
    expect(unevenEnds(header(4, 4), 4, null)).to.deep.equal([])
  })
})
