import { expect } from 'chai'
import fc from 'fast-check'
import type { ImageExportUid } from '../../../src/domain/media/ids.ts'
import { chooseBestExport, type ImagePreferences } from '../../../src/domain/playlist/best-export.ts'
import type { ListedImage } from '../../../src/domain/playlist/image-playlist.ts'

const formats = ['avif', 'webp', 'jpeg', 'png']
const pixels = fc.integer({ min: 1, max: 4000 })

const images: fc.Arbitrary<ReadonlyArray<ListedImage>> = fc
  .array(
    fc.record({ format: fc.constantFrom(...formats), width: pixels, height: pixels, size_bytes: fc.nat() }),
    { maxLength: 12 },
  )
  .map((made) => made.map((image, i) => ({ ...image, uid: `ife_${i}` as ImageExportUid })))

const preferences: fc.Arbitrary<ImagePreferences> = fc
  .record({
    formats: fc.shuffledSubarray(formats),
    size: fc.option(fc.record({ width: fc.nat(4000), height: fc.nat(4000) })),
  })
  .map((preferences) => ({
    ...preferences,
    otherwise: formats.filter((format) => !preferences.formats.includes(format)),
  }))

const area = ({ width, height }: ListedImage): number => width * height

describe('the best export of an image (http-api.md §4.4)', () => {
  const covering = (images: ReadonlyArray<ListedImage>, format: string, { size }: ImagePreferences) =>
    images.filter(
      (image) =>
        image.format === format && size !== null && image.width >= size.width && image.height >= size.height,
    )

  it('[V34] has the first format that covers the requested size, else the first available format', () => {
    fc.assert(
      fc.property(images, preferences, (images, preferences) => {
        const { formats } = preferences
        const first =
          formats.find((format) => covering(images, format, preferences).length > 0) ??
          formats.find((format) => images.some((image) => image.format === format))
        if (first !== undefined) expect(chooseBestExport(images, preferences)?.format).to.equal(first)
      }),
    )
  })

  it('[V34] has an unacceptable format only if there is no other, however well its exports cover the size', () => {
    fc.assert(
      fc.property(images, preferences, (images, preferences) => {
        const best = chooseBestExport(images, preferences)
        const isAcceptable = images.some(({ format }) => preferences.formats.includes(format))
        expect(best === null).to.equal(images.length === 0)
        if (isAcceptable) expect(preferences.formats).to.include(best?.format)
      }),
    )
  })

  it('covers the requested size if any export of its format does, with no pixel more than needed', () => {
    fc.assert(
      fc.property(images, preferences, (images, preferences) => {
        const best = chooseBestExport(images, preferences)
        const { size } = preferences
        if (best === null || size === null) return
        const covering = images.filter(
          ({ format, width, height }) =>
            format === best.format && width >= size.width && height >= size.height,
        )
        if (covering.length > 0) expect(area(best)).to.equal(Math.min(...covering.map(area)))
      }),
    )
  })

  it('is the largest of its format if none covers the size, or no size is requested', () => {
    fc.assert(
      fc.property(images, preferences, fc.boolean(), (images, { formats, otherwise }, huge) => {
        const best = chooseBestExport(images, {
          formats,
          otherwise,
          size: huge ? { width: 4001, height: 1 } : null,
        })
        const sameFormat = images.filter(({ format }) => format === best?.format)
        if (best !== null) expect(area(best)).to.equal(Math.max(...sameFormat.map(area)))
      }),
    )
  })

  it('does not depend on the order in which exports are listed', () => {
    fc.assert(
      fc.property(images, preferences, (images, preferences) => {
        expect(chooseBestExport(images.toReversed(), preferences)).to.deep.equal(
          chooseBestExport(images, preferences),
        )
      }),
    )
  })
})
