import type { Metadata, Sharp } from 'sharp'
import { arePixelsBlank } from './blank-pixels.ts'

/**
 * Maximum number of frames of an animation that are examined. The number is limited because each frame is
 * decoded from the start of the file.
 */
export const MAX_EXAMINED_PAGES = 32

/** Returns whether all pixels look the same, or all are transparent. */
export const isBlankFrame = async (frame: Sharp): Promise<boolean> => {
  const small = frame.resize(64, 64, { fit: 'inside' }).toColourspace('srgb').ensureAlpha()
  // `sharp.stats()` cannot be used, because it measures the input before any operation.
  const { data, info } = await small.raw().toBuffer({ resolveWithObject: true })
  return arePixelsBlank({ data, channels: info.channels }, 255)
}

/**
 * Returns the number of the page to show: for HEIF the primary image, for an animation the first visible
 * frame (because many animations fade in from a blank frame), and otherwise the first page.
 */
export const firstVisiblePage = async (
  { format, pages = 1, pagePrimary }: Metadata,
  decode: (page: number) => Sharp,
): Promise<number> => {
  if (format === 'heif') return pagePrimary ?? 0
  if (pages < 2 || (format !== 'gif' && format !== 'webp')) return 0
  for (let page = 0; page < Math.min(pages, MAX_EXAMINED_PAGES); page += 1)
    if (!(await isBlankFrame(decode(page)))) return page
  return 0
}
