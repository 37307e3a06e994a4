import type { ProbedExtras } from './probed-file.ts'

/** Returns a warning about a part of a file that its exports lack. */
export const leftOutLine = (description: string): string => `left out: ${description}`

/**
 * Returns a warning for each kind of extra contents, and not for each stream: a camera may write five data
 * streams, and a book may have a hundred chapters.
 */
export const extrasLines = ({ data, attachments, chapters }: ProbedExtras): ReadonlyArray<string> => {
  // In MP4 a text track contains the titles of the chapters, and FFmpeg reports it as data.
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
