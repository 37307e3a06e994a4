import { expect } from 'chai'
import fc from 'fast-check'
import {
  type VideoColourTags,
  videoColour,
  withContainerTags,
} from '../../../src/domain/colour/video-colour.ts'
import { E } from '../../../src/fp.ts'
import { unspecifiedVideoColourTags } from '../../support/unspecified-colour-tags.ts'

const small = { width: 720, height: 576 }
const large = { width: 1280, height: 720 }

const decided = (tags: Partial<VideoColourTags>, size = small) => {
  const colour = videoColour(Object.assign({}, unspecifiedVideoColourTags, tags), size)
  return E.isLeft(colour) ? colour.left.message : [colour.right.matrix, colour.right.meaning._tag]
}

describe('[V43] [V45] the colour space of a film', () => {
  it('depends on the size if tags are missing or impossible', () => {
    for (const matrix of [0, 2, 3, 12, 13]) {
      expect(decided({ matrix }, small)).to.deep.equal([5, 'Srgb'])
      expect(decided({ matrix }, { width: 576, height: 720 })).to.deep.equal([5, 'Srgb'])
      expect(decided({ matrix }, large)).to.deep.equal([1, 'Srgb'])
      expect(decided({ matrix }, { width: 720, height: 1280 })).to.deep.equal([1, 'Srgb'])
    }
  })

  it('is the one that its tags name, whatever the size', () => {
    for (const matrix of [1, 4, 5, 6, 7, 9, 10]) expect(decided({ matrix })).to.deep.equal([null, 'Srgb'])
  })

  it('is sRGB for BT.709, BT.601 of 525 lines, and each of their curves', () => {
    for (const primaries of [1, 2, 6, 7])
      for (const transfer of [1, 2, 6, 13, 14, 15])
        expect(decided({ primaries, transfer, matrix: 1 })).to.deep.equal([null, 'Srgb'])
  })

  it('is converted for other primaries and other curves', () => {
    for (const primaries of [4, 5, 8, 9, 11, 12, 22])
      expect(decided({ primaries, matrix: 1 })).to.deep.equal([null, 'Encoded'])
    for (const transfer of [4, 5, 7, 8, 16, 18])
      expect(decided({ transfer, matrix: 1 })).to.deep.equal([null, 'Encoded'])
  })

  it('is BT.2020 for HDR that is tagged only with its transfer function', () => {
    for (const transfer of [16, 18]) expect(decided({ transfer })).to.deep.equal([9, 'Encoded'])
  })

  it('keeps a specified code point if another one is reserved or unknown', () => {
    for (const unknown of [0, 3, 19, 255]) {
      expect(decided({ primaries: 12, transfer: unknown, matrix: 1 })).to.deep.equal([null, 'Encoded'])
      expect(decided({ primaries: unknown, transfer: 16 })).to.deep.equal([9, 'Encoded'])
    }
    for (const matrix of [3, 99, 255]) expect(decided({ matrix })).to.deep.equal(decided({ matrix: 2 }))
  })

  it('is that of the container, if the container specifies one', () => {
    const stream = { primaries: 12, transfer: 16, matrix: 9, isMatrixOfContainer: false }
    expect(withContainerTags(stream, { primaries: 1, transfer: 2, matrix: 2 })).to.deep.equal({
      ...stream,
      primaries: 1,
    })
    // The value 3 is reserved. Engines report either the stream's tags or the container's, so the stream's
    // own tag must not remain.
    const tags = withContainerTags(stream, { primaries: 2, transfer: 3, matrix: 6 })
    expect(tags).to.deep.equal({ primaries: 12, transfer: 3, matrix: 6, isMatrixOfContainer: true })
    // The frames have another matrix, so the decision names it.
    expect(decided(tags)).to.deep.equal([6, 'Encoded'])
  })

  it('is refused if it cannot be converted', () => {
    for (const matrix of [8, 11, 14, 15])
      expect(decided({ matrix })).to.equal(
        `its colour matrix (${matrix}) is not supported: save it as BT.709`,
      )
    expect(decided({ transfer: 9 })).to.match(/^its colours are logarithmic/)
  })

  it('is determined for any code points', () => {
    const code = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(code, code, code, (primaries, transfer, matrix) => {
        const colour = videoColour({ ...unspecifiedVideoColourTags, primaries, transfer, matrix }, small)
        if (E.isRight(colour)) expect(['Srgb', 'Encoded']).to.include(colour.right.meaning._tag)
        else expect(colour.left.message).to.match(/^its colour(s| matrix) /)
      }),
    )
  })
})
