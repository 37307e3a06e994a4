import { createSHA512 } from 'hash-wasm'
import type { HashState } from '../../domain/upload/upload.ts'

/**
 * SHA-512 of bytes that arrive in pieces. Its state can be saved, which that of `node:crypto` cannot, so that another
 * process continues without reading the bytes again.
 */
export type RunningHash = {
  readonly update: (bytes: Uint8Array) => void
  readonly save: () => HashState
  /** Returns the digest in lower-case hex. */
  readonly digest: () => string
}

/** Continues from a saved state; `null`: from the start. Throws if the state was saved by another version of the hash. */
export const createRunningHash = async (from: HashState | null): Promise<RunningHash> => {
  const sha512 = await createSHA512()
  if (from === null) sha512.init()
  else sha512.load(Buffer.from(from.sha512, 'base64'))
  return {
    update: (bytes) => {
      sha512.update(bytes)
    },
    save: () => ({ sha512: Buffer.from(sha512.save()).toString('base64') }),
    digest: () => sha512.digest('hex'),
  }
}
