import type { Signature } from './signature.ts'

/**
 * A playlist for one viewer, not signed yet. Thousands of viewers get the same text with different tokens, so
 * it is signed where the response body is written, at the cost of one copy (http-api.md §3.3).
 */
export type SignablePlaylist<S extends Signature = Signature> = {
  readonly text: string
  readonly signature: S
  /** Depends on the kind of playlist only: the same text and signature give the same result. */
  readonly sign: (text: string, signature: S) => string
}
