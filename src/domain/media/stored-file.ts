import type { StoredFileUid } from './ids.ts'

/** An object in the object store, and what its bytes must be. Never changed once written. */
export type StoredFile = {
  readonly uid: StoredFileUid
  /** Where it is in the object store. */
  readonly key: string
  readonly contentType: string
  /** Bytes. */
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
}
