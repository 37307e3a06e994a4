import { errnoOf } from '../../platform/errno.ts'

/** Bytes on the disk that are not those that were written there. */
export class BadBytes extends Error {}

/**
 * Whether a failed read says that the bytes are lost. Any other failure (no memory, a file that was closed) is one of
 * this process, and the bytes may be well.
 */
export const isDataLost = (cause: unknown): boolean => cause instanceof BadBytes || errnoOf(cause) === 'EIO'
