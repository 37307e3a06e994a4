import { createSHA256, createSHA512 } from 'hash-wasm'
import type { HashState } from '../../domain/upload/upload.ts'
import type { IncomingDigests } from '../../ports/incoming-files.ts'

/**
 * SHA-512 and SHA-256 of bytes that arrive in pieces. Their state can be saved, which those of `node:crypto` cannot, so
 * that another process continues without reading the bytes again.
 */
export type RunningHashes = {
  readonly update: (bytes: Uint8Array) => void
  readonly save: () => HashState
  readonly digest: () => IncomingDigests
}

const decoded = (state: string): Uint8Array => Buffer.from(state, 'base64')
const encoded = (state: Uint8Array): string => Buffer.from(state).toString('base64')

/** Continues from a saved state; `null`: from the start. Throws if the state was saved by another version of the hashes. */
export const createRunningHashes = async (from: HashState | null): Promise<RunningHashes> => {
  const [sha512, sha256] = await Promise.all([createSHA512(), createSHA256()])
  if (from === null) {
    sha512.init()
    sha256.init()
  } else {
    sha512.load(decoded(from.sha512))
    sha256.load(decoded(from.sha256))
  }
  return {
    update: (bytes) => {
      sha512.update(bytes)
      sha256.update(bytes)
    },
    save: () => ({ sha512: encoded(sha512.save()), sha256: encoded(sha256.save()) }),
    digest: () => ({ sha512: sha512.digest('hex'), sha256: sha256.digest('hex') }),
  }
}
