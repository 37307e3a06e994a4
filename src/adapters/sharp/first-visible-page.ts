import type { Metadata, Sharp } from 'sharp'

/**
 * Maximum number of frames of an animation that are examined. Each frame is decoded from the start of the
 * file.
 */
export const maxFrames = 32

/** Amplitude of encoder noise (of 255). */
const noise = 3

/** Returns whether all pixels look the same, or all are transparent. */
export const isBlankFrame = async (frame: Sharp): Promise<boolean> => {
  const small = frame.resize(64, 64, { fit: 'inside' }).toColourspace('srgb').ensureAlpha()
  const { channels } = await channelRanges(small)
  const [red, green, blue, alpha] = channels
  if (alpha !== undefined && alpha.max <= noise) return true
  return [red, green, blue, alpha].every((c) => c === undefined || c.max - c.min <= noise)
}

/**
 * Returns minimum and maximum of each channel. `sharp.stats()` cannot be used, because it measures the input
 * before any operation.
 */
const channelRanges = async (image: Sharp) => {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  const channels = Array.from({ length: info.channels }, () => ({ min: 255, max: 0 }))
  for (const [i, value] of data.entries()) {
    const channel = channels[i % info.channels]
    if (channel === undefined) continue
    channel.min = Math.min(channel.min, value)
    channel.max = Math.max(channel.max, value)
  }
  return { channels }
}

/**
 * Returns the number of the page to show. For HEIF it is the primary image. For an animation it is the first
 * visible frame, because many animations fade in from a blank frame. Otherwise it is the first page.
 */
export const firstVisiblePage = async (
  { format, pages = 1, pagePrimary }: Metadata,
  decode: (page: number) => Sharp,
): Promise<number> => {
  if (format === 'heif') return pagePrimary ?? 0
  if (pages < 2 || (format !== 'gif' && format !== 'webp')) return 0
  for (let page = 0; page < Math.min(pages, maxFrames); page += 1)
    if (!(await isBlankFrame(decode(page)))) return page
  return 0
}
