import path from 'node:path'
import { createFsObjectStore } from '../adapters/fs/fs-object-store.ts'
import type { BreakerEvents } from '../adapters/platform/breaker.ts'
import { ensurePrivateFolder } from '../adapters/platform/ensure-folder.ts'
import type { ProcessLiveness } from '../adapters/platform/process-liveness.ts'
import { createS3ObjectStore } from '../adapters/s3/s3-object-store.ts'
import type { Config } from '../config/settings.ts'
import type { OutageLog } from '../domain/health/outage-log.ts'
import { oneLineMessage } from '../domain/shared/error-text.ts'
import type { Log } from '../ports/log.ts'
import type { ObjectStore } from '../ports/object-store.ts'

/**
 * Writes the outages of a dependency to the log when its circuit breaker opens and when the dependency
 * answers again.
 */
export const reportOutages = (outages: OutageLog, dependency: string): BreakerEvents => ({
  onOpen: (cause) => outages.failed(dependency, { cause: oneLineMessage(cause) }),
  onAnswered: () => outages.answered(dependency),
})

/** After a timeout, the object store is not read for this long (milliseconds). */
export const storeBreakerOpenMs = 1000

export const createStore = async (
  { s3, dataDir }: Config,
  liveness: ProcessLiveness,
  log: Log,
): Promise<{
  readonly store: ObjectStore
  /** The folder of the objects; `null` if they are on no disk of this machine. */
  readonly folder: string | null
  readonly close: () => void
}> => {
  if (s3 !== null) return { ...createS3ObjectStore({ ...s3, log }), folder: null }
  const objects = path.join(dataDir, 'objects')
  await ensurePrivateFolder(objects)
  return { store: createFsObjectStore(objects, liveness), folder: objects, close: () => {} }
}
