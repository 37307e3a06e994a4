/**
 * A segment of a key as a file name. Larder's own keys stay as they are; in any other, what has a meaning in a
 * path is escaped, so that no key leads out of the folder (`..`) or to a file that is not an object (`.incoming`).
 */
export const fileNameOf = (segment: string): string =>
  segment === '' ? '%' : encodeURIComponent(segment).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length))

/** The segment that a file name stands for; `null` for a file that no key leads to. */
export const pathSegmentOf = (fileName: string): string | null => {
  try {
    const segment = fileName === '%' ? '' : decodeURIComponent(fileName)
    return fileNameOf(segment) === fileName ? segment : null
  } catch {
    return null
  }
}
