import { createBoundedCache } from '../../../bounded-cache.ts'
import type { Monotonic } from '../../../ports/monotonic.ts'

/** The chunks of one state of a file that were verified a moment ago. */
export type TrustedChunks = {
  readonly has: (chunk: number) => boolean
  /** Verifies the chunk, together with those who wait for the same one. */
  readonly verify: (chunk: number, check: () => Promise<void>) => Promise<void>
}

export type ChunkTrust = {
  /**
   * `stamp` is another as soon as the file has been written to or replaced: then nothing of it is trusted. `null`: that
   * cannot be told yet.
   */
  readonly of: (path: string, stamp: string | null, chunks: number) => TrustedChunks
  /** Whether every chunk of the file in this state was verified within so many milliseconds. */
  readonly isVerified: (path: string, stamp: string | null, withinMs: number) => boolean
  readonly forget: (path: string) => void
}

/**
 * For so long the page cache is believed to hold what was verified: the bytes of a hot file are hashed once a minute,
 * those of one that was asked for long ago before they are sent.
 */
const trustMs = 60_000

/** A file that changed this little before it was read may change again without another time of change (Linux: 4 ms). */
const tickMs = 20

/** Of all notes: names, stamps and times. */
const maxBytes = 8 * 1024 * 1024

type Note = { readonly stamp: string; readonly at: Float64Array; readonly chunks: TrustedChunks }

export const createChunkTrust = (monotonic: Monotonic): ChunkTrust => {
  const notes = createBoundedCache<Note>({
    maxBytes,
    sizeOf: ({ at, stamp }) => 2 * stamp.length + at.byteLength,
  })

  const trusted = (at: Float64Array): TrustedChunks => {
    const checks = new Map<number, Promise<void>>()
    return {
      has: (chunk) => monotonic() - (at[chunk] ?? Number.NEGATIVE_INFINITY) < trustMs,
      verify: (chunk, check) => {
        const running = checks.get(chunk)
        if (running !== undefined) return running
        const started = check()
          .then(() => {
            at[chunk] = monotonic()
          })
          .finally(() => checks.delete(chunk))
        checks.set(chunk, started)
        return started
      },
    }
  }

  const make = (stamp: string, chunks: number): Note => {
    const at = new Float64Array(chunks).fill(Number.NEGATIVE_INFINITY)
    return { stamp, at, chunks: trusted(at) }
  }

  return {
    of: (path, stamp, chunks) => {
      if (stamp === null) return make('', chunks).chunks
      const known = notes.get(path)
      if (known?.stamp === stamp) return known.chunks
      const note = make(stamp, chunks)
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

/** The state of a file, as far as its times tell; `null` when it changed too short a time ago to tell by them. */
export const fileStampOf = (
  { ino, ctimeMs, mtimeMs }: { ino: number; ctimeMs: number; mtimeMs: number },
  now = Date.now(),
) => (now - ctimeMs < tickMs ? null : `${ino} ${ctimeMs} ${mtimeMs}`)
