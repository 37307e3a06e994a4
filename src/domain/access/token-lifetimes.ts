/**
 * Lifetime in seconds of a new image token. Also the minimum lifetime of a content token (http-api.md §2.3).
 */
export const defaultTtlSeconds = 1800

/**
 * Returns the lifetime of a new content token (seconds). The token must outlive the playback of its file
 * (http-api.md §2.3, W13).
 */
export const contentTtlSeconds = (durationSeconds: number): number =>
  Math.max(defaultTtlSeconds, Math.ceil(2 * durationSeconds) + 600)
