import { repairableFiles } from '../domain/sweep/remake-missing.ts'
import type { SweepReport } from '../domain/sweep/store-sweep.ts'
import { pluralize } from './pluralize.ts'

/**
 * Returns whether an operator must act: the sweep has deleted no orphan for a reason that must be checked, or lacks
 * an original.
 */
export const needsAttention = (report: SweepReport): boolean =>
  report.result === 'foreign' ||
  report.result === 'unproven' ||
  report.result === 'displaced' ||
  report.result === 'braked' ||
  ('missing' in report && report.missing.some(({ isOriginal }) => isOriginal))

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
    case 'displaced':
      return [
        'nothing was deleted: another copy of this database has swept the object store since this one did, so this one is ' +
          'an older copy, the object store was restored from a backup, or both copies are in use. Stop the servers of the copy that is wrong. If this database is the right one, ' +
          'look at its trash first (larder list --deleted), because what is due there is purged at once: then larder verify --adopt',
      ]
    case 'adopted':
      return [
        'nothing was deleted: this database sweeps the object store from now on, and any other copy does not',
      ]
    case 'swept':
      return [
        `${pluralize(report.deleted.length, 'object')} of ${report.objects} deleted, ` +
          `and the leftovers of ${uploadCount(report)}` +
          (report.isWhole ? '' : '; there are more, sweep again'),
        ...replacedLine(report, 'deleted'),
        ...purgedLine(report, 'purged'),
        ...missingLines(report),
      ]
    case 'looked':
      return [
        `${orphanCount(report)} of ${report.objects} would be deleted, ` +
          `and the leftovers of ${uploadCount(report)}`,
        ...replacedLine(report, 'would be deleted'),
        ...purgedLine(report, 'would be purged'),
        ...report.orphans.map(({ key, size }) => `${key}  ${size}`),
        ...missingLines(report),
      ]
    case 'braked':
      return [
        `no orphan was deleted, and no export made again: no row of the database names ${orphanCount(report)} of ` +
          `${report.objects}, and ${missingCount(report)} ${report.missing.length === 1 ? 'is' : 'are'} missing; one of these is ` +
          'more than 5 % or 1,000. If database and store are the right ones and not old copies: larder verify, then ' +
          'larder verify --repair',
        ...replacedLine(report, 'deleted'),
        ...purgedLine(report, 'purged'),
        ...missingLines(report),
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

const missingCount = ({
  missing,
  isMissingWhole,
}: Extract<SweepReport, { readonly missing: unknown }>): string =>
  `${isMissingWhole ? '' : 'more than '}${pluralize(missing.length, 'object')}`

/** Number of missing objects that are named. The log of a server gets them, too. */
const maxNamed = 20

const missingLines = (report: Extract<SweepReport, { readonly missing: unknown }>): ReadonlyArray<string> => {
  const { missing, remade, result } = report
  if (missing.length === 0) return []
  const files = repairableFiles(missing).length
  const remedy =
    result === 'swept'
      ? `the exports of ${pluralize(remade, 'file')} are made again`
      : `the exports of ${pluralize(files, 'file')} can be made again`
  return [
    `${missingCount(report)} of the database not in the store, or of another size; ${remedy}`,
    ...missing
      .slice(0, maxNamed)
      .map(
        ({ key, uid, isOriginal, found }) =>
          `${key}  ${isOriginal ? 'original' : 'export'} of ${uid}  ${found === null ? 'missing' : `has ${found} bytes`}`,
      ),
    ...(missing.length > maxNamed ? [`and ${missing.length - maxNamed} more: larder verify --json`] : []),
  ]
}

const orphanCount = ({
  orphans,
  isWhole,
}: {
  readonly orphans: ReadonlyArray<unknown>
  readonly isWhole: boolean
}) => `${isWhole ? '' : 'more than '}${pluralize(orphans.length, 'object')}`
