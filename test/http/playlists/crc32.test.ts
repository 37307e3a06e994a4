import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { createTemplateCrc } from '../../../src/http/playlists/crc32.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))

describe('the CRC of a text with the same string in all holes', () => {
  it('is the CRC-32 of that text', () => {
    const filling = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((array) => Buffer.from(array))
    fc.assert(
      fc.property(fc.array(bytes(40)), bytes(40), filling, (before, last, filling) => {
        const blank = Buffer.alloc(filling.length)
        const textWith = (hole: Buffer) => Buffer.concat([...before.flatMap((piece) => [piece, hole]), last])
        let at = 0
        const holes = before.map((piece) => {
          at += piece.length + filling.length
          return at - filling.length
        })
        const crcOf = createTemplateCrc(textWith(blank), Uint32Array.from(holes), filling.length)
        expect(crcOf(filling)).to.equal(crc32(textWith(filling)))
        expect(crcOf(blank)).to.equal(crc32(textWith(blank)))
      }),
    )
  })

  it('is correct for a thousand distant holes', () => {
    const holes = Uint32Array.from({ length: 1000 }, (_, index) => 7 + index * 1009)
    const text = Buffer.alloc(1_020_000, 'a')
    for (const hole of holes) text.fill(0, hole, hole + 200)
    const crcOf = createTemplateCrc(text, holes, 200)
    for (const hole of holes) text.fill('Z', hole, hole + 200)
    expect(crcOf(Buffer.alloc(200, 'Z'))).to.equal(crc32(text))
  })
})
