import type { ReplacedExport } from '../../domain/media/replaced-export.ts'
import { TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'

const pageSize = 100

const byUid = (a: { readonly uid: string }, b: { readonly uid: string }): number => (a.uid < b.uid ? -1 : 1)

/** Stores replaced exports in memory. `onRemoved` is called before an export is removed. */
export const createMemoryReplacedExportStore = <U extends string>(
  clock: Clock,
  onRemoved: (uid: U, parts: ReplacedExport<U>['parts']) => void,
) => {
  const replaced = new Map<U, ReplacedExport<U> & { readonly at: number; readonly file: string }>()

  const removeNow = (uid: U): boolean => {
    const found = replaced.get(uid)
    if (found !== undefined) onRemoved(uid, found.parts)
    return replaced.delete(uid)
  }

  return {
    add: (uid: U, parts: ReplacedExport<U>['parts'], file: string): void => {
      replaced.set(uid, { uid, parts, file, at: clock() })
    },

    ofFile: (file: string): ReadonlyArray<ReplacedExport<U>> =>
      [...replaced.values()].filter((each) => each.file === file),

    removeNow,

    list: (forMs: number, after: U | null) =>
      TE.fromIO(() =>
        [...replaced.values()]
          .filter(({ uid, at }) => at < clock() - forMs && (after === null || uid > after))
          .map(({ uid, parts }) => ({ uid, parts }))
          .sort(byUid)
          .slice(0, pageSize),
      ),

    remove: (uid: U) => TE.fromIO(() => removeNow(uid)),
  }
}

/**
 * Returns the files that have an export with an older recipe. With `after`, returns the page of files after
 * that uid, in order of uid.
 */
export const filterOutdated = <K extends { readonly uid: string; readonly recipe: number | null }>(
  files: ReadonlyArray<K>,
  recipe: number,
  after: string | null | undefined = undefined,
): ReadonlyArray<K> => {
  const outdated = files.filter((file) => file.recipe !== null && file.recipe < recipe)
  if (after === undefined) return outdated
  return outdated
    .filter(({ uid }) => after === null || uid > after)
    .sort(byUid)
    .slice(0, pageSize)
}
