import type { LeftOut } from '../../../domain/ingest/plan/left-out.ts'
import { applicationData, type JpegImage, jpegImageAt } from './jpeg-parts.ts'
import { mpfPreviewOffsets } from './multi-picture.ts'

/** The first bytes of a JPEG: its start marker, and the first byte of the next marker. */
const startOfJpeg = Buffer.from([0xff, 0xd8, 0xff])

/**
 * Lists the contents after the first image of a JPEG: the video of a motion photo (Google, Samsung), further
 * images (MPO), a gain map or a depth map. Smaller versions of the first image are not listed.
 */
export const jpegLeftOut = (bytes: Buffer): ReadonlyArray<LeftOut> => {
  const first = jpegImageAt(bytes, 0)
  if (first === null) return []
  const videoAt = videoAfter(bytes, first.end)
  const previews = mpfPreviewOffsets(first)
  const found: LeftOut[] = []
  for (let at = bytes.indexOf(startOfJpeg, first.end); at >= 0 && at < (videoAt ?? bytes.length); ) {
    const image = jpegImageAt(bytes, at)
    if (image === null) break
    const kind = kindOf(image)
    if (kind !== 'image' || !previews.has(at)) found.push(kind)
    at = bytes.indexOf(startOfJpeg, image.end)
  }
  return videoAt === null ? found : ['video', ...found]
}

/**
 * Returns the position of an MP4 file: the size of its first box, followed by `ftyp` and a brand. Returns
 * `null` if there is no MP4 file.
 */
const videoAfter = (bytes: Buffer, from: number): number | null => {
  for (let at = bytes.indexOf('ftyp', from + 4); at >= 0; at = bytes.indexOf('ftyp', at + 4)) {
    const size = bytes.readUInt32BE(at - 4)
    const brand = bytes.toString('latin1', at + 4, at + 8)
    if (size >= 16 && size <= 1024 && /^[a-z\d]{3}[a-z\d ]$/i.test(brand)) return at - 4
  }
  return null
}

const xmp = 'http://ns.adobe.com/xap/1.0/\0'

/**
 * Returns the kind of an image. A gain map has a marker of Adobe, ISO 21496-1 or Apple; a depth map has a
 * marker of Google or Apple.
 */
const kindOf = (image: JpegImage): Exclude<LeftOut, 'video'> => {
  const properties = applicationData(image, xmp)
    .map(({ data }) => data.toString('latin1'))
    .join()
  if (applicationData(image, 'urn:iso:std:iso:ts:21496:-1').length > 0) return 'gainMap'
  if (/\bhdrgm:|hdrgainmap/i.test(properties)) return 'gainMap'
  return /depthmap|aux:depth|aux:disparity/i.test(properties) ? 'depthMap' : 'image'
}
