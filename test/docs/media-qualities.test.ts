import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { encoderOptions } from '../../src/adapters/sharp/render-image.ts'

const [, section = ''] = readFileSync('docs/media.md', 'utf8').split('\n### Qualities\n')
const [text = ''] = section.split('\n## ', 1)

const cellsOf = (line: string): ReadonlyArray<string> => line.split('|').map((cell) => cell.trim())

/**
 * The rows of the table: width, SSIM, bytes of AVIF, quality and bytes of WebP, quality and bytes of JPEG.
 */
const photographs = text
  .split('\n')
  .filter((line) => /^\| \S+\.jpg \|/i.test(line))
  .map((line) => cellsOf(line).slice(2, -1).map(Number))

const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}

describe('the qualities in docs/media.md [V36]', () => {
  const { avif, webp, jpeg } = encoderOptions

  it('are those of the recipe', () => {
    expect(text).to.include(`AVIF ${avif.quality}, WebP ${webp.quality} and JPEG ${jpeg.quality} look alike`)
    expect(text).to.include(`AVIF ${avif.quality}, KB`)
  })

  it('[V36] look alike: in the median of all photographs and sizes they reach the SSIM of AVIF', () => {
    expect(photographs.length).to.be.above(40)
    expect(median(photographs.map(([, , , quality = Number.NaN]) => quality))).to.be.closeTo(webp.quality, 2)
    expect(median(photographs.map(([, , , , , quality = Number.NaN]) => quality))).to.be.closeTo(
      jpeg.quality,
      2,
    )
  })

  it('have a line of medians for each width', () => {
    const medians = [...text.matchAll(/^\| (\d+) \((\d+) photographs\) \|(.*)\|$/gm)]
    expect(medians.length).to.be.above(1)
    for (const [, width, count, cells = ''] of medians) {
      const rows = photographs.filter(([own]) => own === Number(width))
      const column = (pick: (row: ReadonlyArray<number>) => number) => median(rows.map(pick))
      const [ssim, webpQuality, webpBytes, jpegQuality, jpegBytes] = cells.split('|').map(Number)
      expect(rows.length).to.equal(Number(count))
      expect(ssim).to.be.closeTo(
        column(([, own = Number.NaN]) => own),
        0.02,
      )
      expect(webpQuality).to.be.closeTo(
        column(([, , , own = Number.NaN]) => own),
        2,
      )
      expect(jpegQuality).to.be.closeTo(
        column(([, , , , , own = Number.NaN]) => own),
        2,
      )
      expect(webpBytes).to.be.closeTo(
        column(([, , bytes = 0, , own = Number.NaN]) => own / bytes),
        0.1,
      )
      expect(jpegBytes).to.be.closeTo(
        column(([, , bytes = 0, , , , own = Number.NaN]) => own / bytes),
        0.1,
      )
    }
  })
})
