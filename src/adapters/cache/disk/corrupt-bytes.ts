import { errnoOf } from '../../platform/errno.ts'

/** The bytes on disk differ from those that were written. */
export class CorruptBytesError extends Error {}

/**
 * Whether a failed read means that the bytes are lost. Any other failure (no memory, a closed file) concerns
 * this process only, and the bytes may be intact.
 */
export const isDataLost = (cause: unknown): boolean =>
  cause instanceof CorruptBytesError || errnoOf(cause) === 'EIO'
