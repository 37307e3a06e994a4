import { expect } from 'chai'
import { createPlaceholder, MAX_PLACEHOLDER_LENGTH } from '../../../src/http/playlists/placeholder.ts'

describe('the placeholder of a token', () => {
  it('repeats no sequence of three bytes', () => {
    const bytes = createPlaceholder(MAX_PLACEHOLDER_LENGTH)
    const threes = Array.from({ length: MAX_PLACEHOLDER_LENGTH - 2 }, (_, at) =>
      bytes.toString('hex', at, at + 3),
    )
    expect(new Set(threes).size).to.equal(threes.length)
  })

  it('has no byte in common with any text', () => {
    const own = createPlaceholder(MAX_PLACEHOLDER_LENGTH)
    const all = Array.from({ length: 0x11_00_00 }, (_, codePoint) => String.fromCodePoint(codePoint)).join('')
    const bytesOfText = new Set(Buffer.from(all))
    expect(bytesOfText.size).to.equal(256 - new Set(own).size)
    expect(own.some((byte) => bytesOfText.has(byte))).to.equal(false)
  })
})
