import type { LeftOut } from '../../../domain/ingest/plan/left-out.ts'
import { applicationData, type JpegImage, jpegImageAt } from './jpeg-parts.ts'
import { previewsIn } from './multi-picture.ts'

/** First bytes of a JPEG, up to the marker of its first segment. */
const startOfJpeg = Buffer.from([0xff, 0xd8, 0xff])

/**
 * Lists what follows the first image of a JPEG: the film of a motion photo (Google, Samsung), further images
 * (MPO), a gain map or a depth map. Smaller versions of the same image do not count.
 */
export const jpegLeftOut = (bytes: Buffer): ReadonlyArray<LeftOut> => {
  const first = jpegImageAt(bytes, 0)
  if (first === null) return []
  const film = filmBehind(bytes, first.end)
  const previews = previewsIn(first)
  const found: LeftOut[] = []
  for (let at = bytes.indexOf(startOfJpeg, first.end); at >= 0 && at < (film ?? bytes.length); ) {
    const image = jpegImageAt(bytes, at)
    if (image === null) break
    const kind = kindOf(image)
    if (kind !== 'picture' || !previews.has(at)) found.push(kind)
    at = bytes.indexOf(startOfJpeg, image.end)
  }
  return film === null ? found : ['film', ...found]
}

/** Returns where an MP4 file begins: the size of its first box, then `ftyp` and a brand. */
const filmBehind = (bytes: Buffer, from: number): number | null => {
  for (let at = bytes.indexOf('ftyp', from + 4); at >= 0; at = bytes.indexOf('ftyp', at + 4)) {
    const size = bytes.readUInt32BE(at - 4)
    const brand = bytes.toString('latin1', at + 4, at + 8)
    if (size >= 16 && size <= 1024 && /^[a-z\d]{3}[a-z\d ]$/i.test(brand)) return at - 4
  }
  return null
}

const xmp = 'http://ns.adobe.com/xap/1.0/\0'

/** Gain maps by Adobe's namespace, ISO 21496-1, and Apple; depth maps by Google's and Apple's. */
const kindOf = (image: JpegImage): Exclude<LeftOut, 'film'> => {
  const properties = applicationData(image, xmp)
    .map(({ data }) => data.toString('latin1'))
    .join()
  if (applicationData(image, 'urn:iso:std:iso:ts:21496:-1').length > 0) return 'gainMap'
  if (/\bhdrgm:|hdrgainmap/i.test(properties)) return 'gainMap'
  return /depthmap|aux:depth|aux:disparity/i.test(properties) ? 'depthMap' : 'picture'
}
