import type { MediaDetail, MediaItem } from '../domain/library/media-item.ts'

const timeOf = (microseconds: number): string => new Date(microseconds / 1000).toISOString()

const deletionOf = ({ purgeAfter, isTakenDown }: MediaItem): ReadonlyArray<string> =>
  purgeAfter === null
    ? []
    : [`${isTakenDown ? 'taken down, ' : ''}can be restored until ${timeOf(purgeAfter)}`]

/** Returns the line of a file in a list. */
export const mediaLine = (item: MediaItem): string => {
  const { uid, state, isPublic, title, fileName } = item
  return [uid, state, ...(isPublic ? ['public'] : []), ...deletionOf(item), title?.trim() || fileName].join(
    '  ',
  )
}

/** Returns everything about a file, one fact a line. */
export const mediaDetailLines = (detail: MediaDetail): ReadonlyArray<string> => {
  const size = detail.width === null ? null : `${detail.width}×${detail.height}`
  const facts: ReadonlyArray<readonly [name: string, value: string | number | null]> = [
    ['uid', detail.uid],
    ['title', detail.title],
    ['file', detail.fileName],
    ['state', detail.state],
    ['public', detail.isPublic ? 'yes' : 'no'],
    ['alt', detail.alt],
    ['metadata', Object.keys(detail.metadata).length === 0 ? null : JSON.stringify(detail.metadata)],
    ['size', size],
    ['seconds', detail.durationSeconds],
    ['bytes', detail.sizeBytes],
    ['type', detail.contentType],
    ['sha512', detail.sha512],
    ['added', timeOf(detail.createdAt)],
    ['deleted', detail.deletedAt === null ? null : timeOf(detail.deletedAt)],
    ['purged after', detail.purgeAfter === null ? null : timeOf(detail.purgeAfter)],
    ['taken down', detail.isTakenDown ? 'yes' : null],
    ['changed', detail.updatedAt === detail.createdAt ? null : timeOf(detail.updatedAt)],
    ['job', detail.job === null ? null : `${detail.job.uid} ${detail.job.state}`],
    ...detail.warnings.map((warning) => ['warning', warning] as const),
    ...detail.exports.map(({ url }) => ['export', url] as const),
  ]
  const given = facts.filter(([, value]) => value !== null && value !== '')
  const width = Math.max(...given.map(([name]) => name.length))
  return given.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
}
