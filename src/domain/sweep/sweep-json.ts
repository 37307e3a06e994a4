import type { ListedObject } from '../../ports/object-store.ts'
import { rfc3339 } from '../shared/rfc3339.ts'
import type { MissingObject } from './compare-store.ts'
import type { SweepReport } from './store-sweep.ts'

const objectAsJson = ({ key, size, modifiedAt }: ListedObject) => ({
  key,
  size_bytes: size,
  modified_at: rfc3339(modifiedAt),
})

const missingAsJson = ({ key, size, found, uid, kind, isOriginal }: MissingObject) => ({
  key,
  size_bytes: size,
  found_bytes: found,
  media: uid,
  kind,
  original: isOriginal,
})

/** Returns the report of a sweep as commands print it with `--json`. */
export const sweepAsJson = (report: SweepReport) => {
  if (!('objects' in report)) return report
  const { result, objects, uploads, isWhole, replaced, purged, missing, isMissingWhole, remade } = report
  return {
    result,
    objects,
    ...('deleted' in report
      ? { deleted: report.deleted.map(objectAsJson) }
      : { orphans: report.orphans.map(objectAsJson) }),
    uploads,
    complete: isWhole && isMissingWhole,
    replaced,
    purged,
    missing: missing.map(missingAsJson),
    remade,
  }
}
