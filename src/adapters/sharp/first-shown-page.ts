import type { Metadata, Sharp } from 'sharp'

/** Frames of an animation that are looked at; each is decoded from the start of the file. */
export const mostFrames = 32

/** As far apart as the noise of an encoder. */
const alike = 3

/** Whether all pixels are the same, or nothing is opaque. */
export const isBlank = async (frame: Sharp): Promise<boolean> => {
  const small = frame.resize(64, 64, { fit: 'inside' }).toColourspace('srgb').ensureAlpha()
  const { channels } = await sharpStats(small)
  const [red, green, blue, alpha] = channels
  if (alpha !== undefined && alpha.max <= alike) return true
  return [red, green, blue, alpha].every((c) => c === undefined || c.max - c.min <= alike)
}

/** By hand: the statistics of sharp are those of its input, before any operation. */
const sharpStats = async (picture: Sharp) => {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true })
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
 * The page that is the picture: the primary one of HEIF; the first frame of an animation that is not blank, since
 * many fade in from nothing; else the first.
 */
export const firstShownPage = async (
  { format, pages = 1, pagePrimary }: Metadata,
  decode: (page: number) => Sharp,
): Promise<number> => {
  if (format === 'heif') return pagePrimary ?? 0
  if (pages < 2 || (format !== 'gif' && format !== 'webp')) return 0
  for (let page = 0; page < Math.min(pages, mostFrames); page += 1)
    if (!(await isBlank(decode(page)))) return page
  return 0
}
