import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { createTemplateCrc } from '../../../src/http/playlists/crc32.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))

describe('the CRC of a text with the same string in all slots', () => {
  it('is the CRC-32 of that text', () => {
    const filling = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((array) => Buffer.from(array))
    fc.assert(
      fc.property(fc.array(bytes(40)), bytes(40), filling, (before, last, filling) => {
        const blank = Buffer.alloc(filling.length)
        const textWith = (slot: Buffer) => Buffer.concat([...before.flatMap((piece) => [piece, slot]), last])
        let at = 0
        const slots = before.map((piece) => {
          at += piece.length + filling.length
          return at - filling.length
        })
        const crcOf = createTemplateCrc(textWith(blank), Uint32Array.from(slots), filling.length)
        expect(crcOf(filling)).to.equal(crc32(textWith(filling)))
        expect(crcOf(blank)).to.equal(crc32(textWith(blank)))
      }),
    )
  })

  it('is correct for a thousand distant slots', () => {
    const slots = Uint32Array.from({ length: 1000 }, (_, index) => 7 + index * 1009)
    const text = Buffer.alloc(1_020_000, 'a')
    for (const slot of slots) text.fill(0, slot, slot + 200)
    const crcOf = createTemplateCrc(text, slots, 200)
    for (const slot of slots) text.fill('Z', slot, slot + 200)
    expect(crcOf(Buffer.alloc(200, 'Z'))).to.equal(crc32(text))
  })
})
