import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import sharp from 'sharp'
import { createPictureFolder } from '../../support/picture-folder.ts'
import { plainImage, poster } from '../../support/pictures.ts'

const formats = { jpeg: 'JPEG', png: 'PNG', webp: 'WebP', gif: 'GIF', tiff: 'TIFF', avif: 'AVIF' } as const

/**
 * A refusal names the format, the fault and the remedy; or a format that is not accepted; or says that it is
 * not a picture.
 */
const inWords =
  /^the (JPEG|PNG|WebP|GIF|TIFF|AVIF) [^()]+ \([^()]+\)$|^[A-Za-z ]+pictures .*are not supported: .+$|^the file is not a picture: .+$/

const cutShort = / is cut short: part of it is missing \(copy it again/

/** Returns a PNG with a changed header, whose checksum is correct. */
const withHeader = (png: Buffer, change: (header: Buffer) => void): Buffer => {
  const copy = Buffer.from(png)
  change(copy.subarray(16, 29))
  copy.writeUInt32BE(crc32(copy.subarray(12, 29)), 29)
  return copy
}

describe('[V37] a damaged picture', () => {
  const { outcome } = createPictureFolder()
  before(() => sharp.cache(false))

  for (const [format, name] of Object.entries(formats) as ReadonlyArray<[keyof typeof formats, string]>)
    it(`is refused by its format, with its true reason and advice: ${name}`, async () => {
      const whole = await poster(32).toFormat(format).toBuffer()
      const changed = (at: number, value: number): Buffer => {
        const copy = Buffer.from(whole)
        copy[at] = value
        return copy
      }
      const refused = new Set<string>()
      for (let at = 0; at < 64; at += 3) {
        const message = await outcome(changed(at, at % 2 === 0 ? 0 : 0xff))
        if (message !== null) expect(message, `byte ${at}`).to.match(inWords)
      }
      for (let at = 400; at < whole.length - 12; at += Math.ceil(whole.length / 8)) {
        const message = await outcome(changed(at, (whole[at] ?? 0) ^ 0x55))
        if (message === null) continue
        expect(message, `byte ${at}`).to.match(inWords).and.not.match(cutShort)
        refused.add(message)
      }
      for (let end = 16; end < whole.length - 12; end += Math.ceil(whole.length / 8)) {
        const message = await outcome(whole.subarray(0, end))
        expect(message, `${end} bytes`).to.match(cutShort).and.match(inWords).and.include(name)
      }
      // Decoders of the other formats decode nearly any bytes.
      if (format === 'png' || format === 'avif') expect(refused).to.not.deep.equal(new Set())
    })

  it('is refused as a PNG with a wrong header', async () => {
    const png = await plainImage('red', 8, 8).png().toBuffer()
    const faults: Readonly<Record<string, (header: Buffer) => void>> = {
      'no width': (header) => header.writeUInt32BE(0, 0),
      'a depth that does not exist': (header) => header.writeUInt8(7, 8),
      'a colour type that does not exist': (header) => header.writeUInt8(5, 9),
      'a compression that does not exist': (header) => header.writeUInt8(1, 10),
      'an interlacing that does not exist': (header) => header.writeUInt8(9, 12),
    }
    for (const [fault, change] of Object.entries(faults))
      expect(await outcome(withHeader(png, change)), fault).to.equal(
        'the PNG is damaged: its header is wrong (copy it again, or open it in another program and save it again)',
      )
  })
})
