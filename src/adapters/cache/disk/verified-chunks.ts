import { createBoundedCache } from '../../../bounded-cache.ts'
import type { Monotonic } from '../../../ports/monotonic.ts'

/** The recently verified chunks of one version of a file. */
export type VerifiedChunks = {
  readonly has: (chunk: number) => boolean
  /** Verifies a chunk with `check`. Concurrent calls for one chunk share one check. */
  readonly verify: (chunk: number, check: () => Promise<void>) => Promise<void>
}

export type ChunkVerification = {
  /**
   * Returns the verified chunks of a file. `stamp` is a fingerprint of the file's version. A new `stamp`
   * means that the file was written to or replaced, so no chunk is trusted. If `stamp` is `null` (the version
   * is not known yet), no verification is remembered.
   */
  readonly of: (path: string, stamp: string | null, chunks: number) => VerifiedChunks
  /** Returns whether every chunk of this version of the file was verified within `withinMs`. */
  readonly isVerified: (path: string, stamp: string | null, withinMs: number) => boolean
  readonly forget: (path: string) => void
}

/**
 * Time for which a verified chunk is trusted, because its bytes are probably still in the page cache. So a
 * frequently read file is hashed once a minute, and a file that was not read for longer is hashed before it
 * is sent.
 */
const trustMs = 60_000

/**
 * Timestamps are coarse (Linux: 4 ms). For this long (ms) after a change, a file may change again without a
 * new ctime, so its times do not prove its version.
 */
const tickMs = 20

/** Maximum memory in bytes of all records of verified chunks: file names, fingerprints and times. */
const maxBytes = 8 * 1024 * 1024

type Note = { readonly stamp: string; readonly at: Float64Array; readonly chunks: VerifiedChunks }

export const createChunkVerification = (monotonic: Monotonic): ChunkVerification => {
  const notes = createBoundedCache<Note>({
    maxBytes,
    sizeOf: ({ at, stamp }) => 2 * stamp.length + at.byteLength,
  })

  const createTrustedChunks = (at: Float64Array): VerifiedChunks => {
    const checks = new Map<number, Promise<void>>()
    return {
      has: (chunk) => monotonic() - (at[chunk] ?? Number.NEGATIVE_INFINITY) < trustMs,
      verify: (chunk, check) => {
        const shared = checks.get(chunk)
        if (shared !== undefined) return shared
        const running = check()
          .then(() => {
            at[chunk] = monotonic()
          })
          .finally(() => checks.delete(chunk))
        checks.set(chunk, running)
        return running
      },
    }
  }

  const createNote = (stamp: string, chunks: number): Note => {
    const at = new Float64Array(chunks).fill(Number.NEGATIVE_INFINITY)
    return { stamp, at, chunks: createTrustedChunks(at) }
  }

  return {
    of: (path, stamp, chunks) => {
      if (stamp === null) return createNote('', chunks).chunks
      const existing = notes.get(path)
      if (existing?.stamp === stamp) return existing.chunks
      const note = createNote(stamp, chunks)
      notes.set(path, note)
      return note.chunks
    },
    isVerified: (path, stamp, withinMs) => {
      const note = notes.get(path)
      return note?.stamp === stamp && note.at.every((at) => monotonic() - at < withinMs)
    },
    forget: (path) => {
      notes.delete(path)
    },
  }
}

/**
 * Returns a fingerprint of the file's version, from its inode and times; `null` if the file changed too
 * recently to rely on its times.
 */
export const fileVersionOf = (
  { ino, ctimeMs, mtimeMs }: { ino: number; ctimeMs: number; mtimeMs: number },
  now = Date.now(),
) => (now - ctimeMs < tickMs ? null : `${ino} ${ctimeMs} ${mtimeMs}`)
