import { errnoOf } from '../../platform/errno.ts'

/** Signals that the bytes on disk differ from the bytes that were written. */
export class CorruptBytesError extends Error {}

/**
 * Returns whether a failed read means that the stored bytes are damaged. Any other failure (no memory, a
 * closed file) concerns only this process, and the bytes may be intact.
 */
export const isDataLostError = (cause: unknown): boolean =>
  cause instanceof CorruptBytesError || errnoOf(cause) === 'EIO'
