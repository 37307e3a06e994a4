// Compares AVIF, WebP and JPEG at equal SSIM. For each photo and width, it finds the qualities at which WebP
// and JPEG reach the SSIM of the AVIF, and compares the file sizes. Prints the tables of docs/media.md.
//   node scripts/weigh-pictures.mjs [--widths 640,1280] [--avif 50] PHOTO…
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'

const { values, positionals } = parseArgs({
  options: { widths: { type: 'string', default: '640,1280' }, avif: { type: 'string', default: '50' } },
  allowPositionals: true,
})
const widths = values.widths.split(',').map(Number)
const avifQuality = Number(values.avif)

/** The encoder settings of src/adapters/sharp/render-image.ts, except for the quality. */
const encoders = {
  avif: (picture, quality) => picture.avif({ quality, effort: 3 }),
  webp: (picture, quality) => picture.webp({ quality, effort: 4 }),
  jpeg: (picture, quality) => picture.jpeg({ quality, mozjpeg: true }),
}

const lumaOf = async (picture) =>
  (await picture.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })).data

/** Returns the mean SSIM of luma (Wang 2004) over windows of 8 × 8 pixels, 4 pixels apart. */
const ssim = (a, b, width, height) => {
  const [c1, c2, n] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2, 64]
  let sum = 0
  let windows = 0
  for (let top = 0; top + 8 <= height; top += 4)
    for (let left = 0; left + 8 <= width; left += 4) {
      let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0]
      for (let y = top; y < top + 8; y += 1)
        for (let i = y * width + left; i < y * width + left + 8; i += 1) {
          const [p, q] = [a[i], b[i]]
          sa += p
          sb += q
          saa += p * p
          sbb += q * q
          sab += p * q
        }
      const [ma, mb] = [sa / n, sb / n]
      const [va, vb, cov] = [saa / n - ma * ma, sbb / n - mb * mb, sab / n - ma * mb]
      sum += ((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
      windows += 1
    }
  return sum / windows
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)]

const rows = []
for (const photo of positionals)
  for (const width of widths) {
    const { data, info } = await sharp(photo)
      .autoOrient()
      .toColourspace('srgb')
      .removeAlpha()
      .resize({ width, withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true })
    const raw = { raw: { width: info.width, height: info.height, channels: info.channels } }
    const reference = await lumaOf(sharp(data, raw))
    const measure = async (format, quality) => {
      const bytes = await encoders[format](sharp(data, raw), quality).toBuffer()
      return {
        quality,
        bytes: bytes.length,
        ssim: ssim(reference, await lumaOf(sharp(bytes)), info.width, info.height),
      }
    }
    /** Encodes with the lowest quality that reaches the SSIM of the AVIF. */
    const equal = async (format, target) => {
      let [low, high] = [20, 99]
      let found = await measure(format, high)
      while (low < high) {
        const quality = Math.floor((low + high) / 2)
        const result = await measure(format, quality)
        if (result.ssim >= target) {
          found = result
          high = quality
        } else low = quality + 1
      }
      return found
    }
    const avif = await measure('avif', avifQuality)
    const webp = await equal('webp', avif.ssim)
    const jpeg = await equal('jpeg', avif.ssim)
    rows.push({ width, avif, webp, jpeg })
    const kilobytes = ({ bytes }) => (bytes / 1000).toFixed(1)
    console.log(
      `| ${basename(photo)} | ${info.width} | ${avif.ssim.toFixed(4)} | ${kilobytes(avif)} | ${webp.quality} | ${kilobytes(webp)} | ${jpeg.quality} | ${kilobytes(jpeg)} |`,
    )
  }
for (const width of widths) {
  const of = rows.filter((row) => row.width === width)
  if (of.length === 0) continue
  const share = (format) => median(of.map((row) => row[format].bytes / row.avif.bytes)).toFixed(2)
  const [webp, jpeg] = ['webp', 'jpeg'].map((format) => median(of.map((row) => row[format].quality)))
  console.log(
    `median at ${width} (${of.length} photos): AVIF ${avifQuality}, SSIM ${median(of.map(({ avif }) => avif.ssim)).toFixed(4)}; WebP ${webp}, ${share('webp')} of its bytes; JPEG ${jpeg}, ${share('jpeg')} of its bytes`,
  )
}
