import { expect } from 'chai'
import { fieldLayoutOf, mayBeInterlaced } from '../../../../src/domain/ingest/plan/interlacing.ts'

describe('interlacing', () => {
  it('is assumed if a quarter of the first frames are interlaced: a film may begin with progressive frames, and single frames may be wrong', () => {
    expect([0, 0.01, 0.2, 0.25, 1].map((share) => fieldLayoutOf('h264', share))).to.deep.equal([
      ...['none', 'none', 'none', 'woven', 'woven'],
    ])
    expect([0, 1].map((share) => fieldLayoutOf('hevc', share))).to.deep.equal(['none', 'single'])
  })

  it('is only measured in codecs and sizes that can have it', () => {
    expect(mayBeInterlaced({ codec: 'dvvideo', width: 720, height: 576 })).to.equal(true)
    expect(mayBeInterlaced({ codec: 'h264', width: 1920, height: 1088 })).to.equal(true)
    expect(mayBeInterlaced({ codec: 'hevc', width: 3840, height: 2160 })).to.equal(false)
    expect(mayBeInterlaced({ codec: 'vp9', width: 320, height: 180 })).to.equal(false)
  })
})
