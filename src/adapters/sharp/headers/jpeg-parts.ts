import type { ReadAt } from './read-at.ts'

const startOfScan = 0xda
const endOfImage = 0xd9

/** Number of bytes at the end of a JPEG that are searched for the end marker. */
const tailSize = 64 * 1024

/**
 * Returns whether a JPEG has no end marker after its last scan. Neither an end marker (EOI) nor a start of
 * scan (SOS) can occur within a scan, so an end marker after the last start of scan ends the image.
 */
export const lacksJpegEndMarker = async (readAt: ReadAt, size: number): Promise<boolean> => {
  const length = Math.min(size, tailSize)
  const tail = await readAt(size - length, length)
  const last = (marker: number): number => tail.lastIndexOf(Buffer.from([0xff, marker]))
  return last(endOfImage) <= last(startOfScan)
}

/**
 * Returns whether a marker has no segment (ITU-T T.81, table B.1): TEM, RSTn, SOI, or a stuffed byte within a
 * scan.
 */
export const hasNoSegment = (marker: number): boolean =>
  marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)

/** A segment before the pixels. `at` is the position of its data in the buffer. */
type JpegSegment = { readonly marker: number; readonly data: Buffer; readonly at: number }

/** A JPEG image in a buffer. `end` is the position after its end marker. */
export type JpegImage = { readonly segments: ReadonlyArray<JpegSegment>; readonly end: number }

/** Reads the JPEG image that starts at `start`. Returns `null` if the image has no end marker. */
export const jpegImageAt = (bytes: Buffer, start: number): JpegImage | null => {
  const segments: JpegSegment[] = []
  let isInPixels = false
  for (let at = start + 2; at + 2 <= bytes.length; ) {
    const marker = bytes[at + 1] ?? 0
    if (bytes[at] !== 0xff || marker === 0xff || hasNoSegment(marker)) {
      const next = bytes.indexOf(0xff, at + 1)
      if (next < 0) return null
      at = next
      continue
    }
    if (marker === endOfImage) return { segments, end: at + 2 }
    if (at + 4 > bytes.length) return null
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    isInPixels ||= marker === startOfScan
    if (!isInPixels) segments.push({ marker, data: bytes.subarray(at + 4, end), at: at + 4 })
    at = end
  }
  return null
}

/** Finds the application segments that start with `signature`. Returns their payloads after the signature. */
export const applicationData = (
  { segments }: JpegImage,
  signature: string,
): ReadonlyArray<{ readonly data: Buffer; readonly at: number }> =>
  segments
    .filter(
      ({ marker, data }) =>
        marker >= 0xe0 && marker <= 0xef && data.toString('latin1', 0, signature.length) === signature,
    )
    .map(({ data, at }) => ({ data: data.subarray(signature.length), at: at + signature.length }))
