import type { ProbedExtras } from './probed-file.ts'

/** Warns about one part of a file that the exports lack. */
export const leftOutLine = (description: string): string => `left out: ${description}`

/** A line for each kind, since a camera may write five data streams, and a book has a hundred chapters. */
export const extrasLines = ({ data, attachments, chapters }: ProbedExtras): ReadonlyArray<string> => {
  // In MP4 a text track, which FFmpeg reports as data, holds the titles of the chapters.
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

/** Without duplicates; at most five. */
const listed = (names: ReadonlyArray<string>): string => {
  const distinct = names.filter((name, i) => names.indexOf(name) === i)
  return [...distinct.slice(0, 5), ...(distinct.length > 5 ? ['others'] : [])].join(', ')
}
