import type { Schemas } from './library-access.ts'

/** Returns a time in whole seconds. With `--json` it is exact. */
export const timeOf = (time: string): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')

/** Returns a duration in whole seconds, but as it is if it would be none. */
const secondsOf = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds) || seconds

const deletionOf = ({ purge_after, taken_down }: Schemas['MediaItem']): ReadonlyArray<string> =>
  purge_after === null
    ? []
    : [`${taken_down ? 'taken down, ' : ''}can be restored until ${timeOf(purge_after)}`]

/** Returns the line of a file in a list. */
export const mediaLine = (item: Schemas['MediaItem']): string => {
  const { uid, state, public: isPublic, title, file_name } = item
  return [uid, state, ...(isPublic ? ['public'] : []), ...deletionOf(item), title?.trim() || file_name].join(
    '  ',
  )
}

/** Returns everything about a file, one fact a line. */
export const mediaDetailLines = (detail: Schemas['Media']): ReadonlyArray<string> => {
  const size = detail.width === null ? null : `${detail.width}×${detail.height}`
  const facts: ReadonlyArray<readonly [name: string, value: string | number | null]> = [
    ['uid', detail.uid],
    ['title', detail.title],
    ['file', detail.file_name],
    ['state', detail.state],
    ['public', detail.public ? 'yes' : 'no'],
    ['alt', detail.alt],
    ['metadata', Object.keys(detail.metadata).length === 0 ? null : JSON.stringify(detail.metadata)],
    ['size', size],
    ['seconds', secondsOf(detail.duration_seconds)],
    ['bytes', detail.size_bytes],
    ['type', detail.content_type],
    ['sha512', detail.original.sha512],
    ['added', timeOf(detail.created_at)],
    ['deleted', detail.deleted_at === null ? null : timeOf(detail.deleted_at)],
    ['purged after', detail.purge_after === null ? null : timeOf(detail.purge_after)],
    ['taken down', detail.taken_down ? 'yes' : null],
    ['changed', detail.updated_at === detail.created_at ? null : timeOf(detail.updated_at)],
    ['job', detail.job === null ? null : `${detail.job.uid} ${detail.job.state}`],
    ['reason', detail.state === 'failed' ? (detail.job?.error ?? null) : null],
    ...detail.warnings.map((warning) => ['warning', warning] as const),
    ...detail.exports.map(({ url }) => ['export', url] as const),
  ]
  const given = facts.filter(([, value]) => value !== null && value !== '')
  const width = Math.max(...given.map(([name]) => name.length))
  return given.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
}
