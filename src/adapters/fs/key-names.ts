/**
 * Converts a segment of a key to a file name. Segments of Larder's own keys are unchanged. In other segments,
 * path characters are escaped, so that no key refers to a path outside the folder (`..`) or to a file that is
 * not an object (`.incoming`).
 */
export const fileNameOfKeySegment = (segment: string): string =>
  segment === '' ? '%' : encodeURIComponent(segment).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length))

/** Converts a file name back to the segment of a key. Returns `null` if no key has this file name. */
export const keySegmentOfFileName = (fileName: string): string | null => {
  try {
    const segment = fileName === '%' ? '' : decodeURIComponent(fileName)
    return fileNameOfKeySegment(segment) === fileName ? segment : null
  } catch {
    return null
  }
}
