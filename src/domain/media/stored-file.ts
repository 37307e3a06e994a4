import type { StoredFileUid } from './ids.ts'

/** An object in the object store, and the expected size and checksum of its bytes. Immutable. */
export type StoredFile = {
  readonly uid: StoredFileUid
  /** Its key in the object store. */
  readonly key: string
  readonly contentType: string
  /** Bytes. */
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
}
