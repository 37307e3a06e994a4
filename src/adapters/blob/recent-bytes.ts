import type { NewBytes } from './blob-shelf.ts'

/**
 * The same bytes, the last `windowBytes` of which are handed out from memory as they were written. Readers who
 * keep up with a fill, hundreds at a time, share these chunks; only who falls behind reads them back.
 */
export const withRecentBytes = (bytes: NewBytes, windowBytes: number): NewBytes => {
  const recent: Uint8Array[] = []
  let from = 0
  let to = 0

  return {
    ...bytes,
    write: async (chunk) => {
      await bytes.write(chunk)
      recent.push(chunk)
      to += chunk.length
      while (to - from > windowBytes) from += recent.shift()?.length ?? 0
    },
    read: async (start, end) => {
      if (start < from) return bytes.read(start, end)
      let at = from
      for (const chunk of recent) {
        if (start < at + chunk.length) return chunk.subarray(start - at, end - at)
        at += chunk.length
      }
      return bytes.read(start, end)
    },
  }
}
