import type { NewObject } from '../../src/ports/object-store.ts'
import { inChunks, sha256 } from './bytes.ts'

/** An object to put into a store, with its true size and checksum. */
export const newObject = (bytes: Buffer, overrides: Partial<NewObject> = {}): NewObject => ({
  contentType: 'application/octet-stream',
  size: bytes.length,
  sha256: sha256(bytes),
  open: () => inChunks(bytes, 60_013),
  ...overrides,
})
