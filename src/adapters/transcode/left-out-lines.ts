import type { ProbedExtras, ProbedVideo } from './probed-file.ts'

const PREFIX = 'left out: '

/** Returns a warning that the exports lack a part of the file. */
export const leftOutLine = (description: string): string => `${PREFIX}${description}`

/** Maximum number of lines, because a person would not read more. */
const MAX_LINES = 20

/**
 * Limits the number of lines of `leftOutLine`: replaces all after the first MAX_LINES by one line with their
 * number. A file may have a thousand streams.
 */
export const boundLeftOutLines = (warnings: ReadonlyArray<string>): ReadonlyArray<string> => {
  const excess = warnings.filter((warning) => warning.startsWith(PREFIX)).slice(MAX_LINES)
  if (excess.length === 0) return warnings
  let lines = 0
  const shown = warnings.filter((warning) => !warning.startsWith(PREFIX) || ++lines <= MAX_LINES)
  return [...shown, `${excess.length} more ${excess.length === 1 ? 'stream is' : 'streams are'} left out`]
}

/** Returns a line for each kind of content in the frames that H.264 renditions of Larder cannot have. */
export const frameContentLines = ({ hasAlpha, hasCaptions }: ProbedVideo): ReadonlyArray<string> =>
  [
    ...(hasCaptions ? ['captions inside the pictures (CEA-608 or CEA-708)'] : []),
    ...(hasAlpha ? ['the alpha channel of the pictures (transparency)'] : []),
  ].map(leftOutLine)

/**
 * Returns one warning for each kind of contents that the exports lack. There is no warning for each single
 * stream, because a camera may write five data streams, and a book may have a hundred chapters.
 */
export const extrasLines = ({ data, attachments, chapters }: ProbedExtras): ReadonlyArray<string> => {
  // In MP4, the titles of chapters are in a text track, which FFmpeg reports as data. If there are chapters,
  // this track is not listed as well.
  const others = chapters > 0 ? data.filter((name) => name !== 'text') : data
  return [
    ...(others.length > 0 ? [`${counted(others.length, 'data stream')} (${listed(others)})`] : []),
    ...(attachments.length > 0
      ? [`${counted(attachments.length, 'attached file')} (${listed(attachments)})`]
      : []),
    ...(chapters > 0 ? [counted(chapters, 'chapter')] : []),
  ].map(leftOutLine)
}

const counted = (count: number, name: string): string => `${count} ${name}${count === 1 ? '' : 's'}`

/** Lists names without duplicates, at most five. */
const listed = (names: ReadonlyArray<string>): string => {
  const distinct = names.filter((name, i) => names.indexOf(name) === i)
  return [...distinct.slice(0, 5), ...(distinct.length > 5 ? ['others'] : [])].join(', ')
}
