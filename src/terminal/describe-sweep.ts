import type { SweepReport } from '../domain/sweep/store-sweep.ts'
import { pluralize } from './pluralize.ts'

/** Returns whether the sweep has deleted no orphan for a reason that an operator must check. */
export const needsAttention = ({ result }: SweepReport): boolean =>
  result === 'foreign' || result === 'unproven' || result === 'braked'

/**
 * Formats a report of a sweep: its outcome, what was deleted of replaced exports, and after a dry run one line
 * for each object.
 */
export const describeSweep = (report: SweepReport): ReadonlyArray<string> => {
  switch (report.result) {
    case 'busy':
      return ['another process is sweeping the object store']
    case 'foreign':
      return [
        `nothing was deleted: the object store belongs to the library ${report.other}, but the database to ${report.ours}; ` +
          'check S3_BUCKET, S3_PREFIX and DATABASE_URL. If these are right, delete the object .library of the store: ' +
          'the next sweep then determines the owner again',
      ]
    case 'unproven':
      return [
        `nothing was deleted: the object store names no library, and of ${pluralize(report.looked, 'object')} in it the ` +
          `database names ${report.named}; check S3_BUCKET, S3_PREFIX and DATABASE_URL. If these are right, ` +
          `store an object .library with the content ${report.ours}`,
      ]
    case 'swept':
      return [
        `${pluralize(report.deleted.length, 'object')} of ${report.objects} deleted, ` +
          `and the leftovers of ${uploadCount(report)}` +
          (report.isWhole ? '' : '; there are more, sweep again'),
        ...replacedLine(report, 'deleted'),
        ...purgedLine(report, 'purged'),
      ]
    case 'looked':
      return [
        `${orphanCount(report)} of ${report.objects} would be deleted, ` +
          `and the leftovers of ${uploadCount(report)}`,
        ...replacedLine(report, 'would be deleted'),
        ...purgedLine(report, 'would be purged'),
        ...report.orphans.map(({ key, size }) => `${key}  ${size}`),
      ]
    case 'braked':
      return [
        `no orphan was deleted: no row of the database names ${orphanCount(report)} of ${report.objects}, more than ` +
          '5 % or 1,000. If the database is the right one and not an old copy: larder sweep --dry-run, then --repair',
        ...replacedLine(report, 'deleted'),
        ...purgedLine(report, 'purged'),
      ]
  }
}

const replacedLine = (
  { replaced: { objects, bytes } }: Extract<SweepReport, { readonly replaced: unknown }>,
  done: string,
): ReadonlyArray<string> =>
  objects === 0 ? [] : [`${pluralize(objects, 'object')} of replaced exports ${done} (${bytes} bytes)`]

const purgedLine = (
  { purged: { files } }: Extract<SweepReport, { readonly purged: unknown }>,
  done: string,
): ReadonlyArray<string> => (files === 0 ? [] : [`${pluralize(files, 'file')} of the trash ${done}`])

const uploadCount = ({ uploads }: { readonly uploads: number | null }): string =>
  uploads === null ? 'no upload, because the store does not list them' : pluralize(uploads, 'upload')

const orphanCount = ({
  orphans,
  isWhole,
}: {
  readonly orphans: ReadonlyArray<unknown>
  readonly isWhole: boolean
}) => `${isWhole ? '' : 'more than '}${pluralize(orphans.length, 'object')}`
