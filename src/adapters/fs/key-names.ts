/**
 * Converts a segment of a key to a file name. Larder's own keys are unchanged. In others, path characters are
 * escaped, so that no key leads out of the folder (`..`) or to a file that is no object (`.incoming`).
 */
export const fileNameOfKeySegment = (segment: string): string =>
  segment === '' ? '%' : encodeURIComponent(segment).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length))

/** Converts a file name back to its segment; `null` if no key has this file name. */
export const keySegmentOfFileName = (fileName: string): string | null => {
  try {
    const segment = fileName === '%' ? '' : decodeURIComponent(fileName)
    return fileNameOfKeySegment(segment) === fileName ? segment : null
  } catch {
    return null
  }
}
