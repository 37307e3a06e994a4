import type { Signature } from './signature.ts'

/**
 * A playlist for one viewer that is not signed yet. Thousands of viewers get the same text with different
 * tokens, so the text is signed where the response body is written, at the cost of one copy (http-api.md
 * §3.3).
 */
export type SignablePlaylist<S extends Signature = Signature> = {
  readonly text: string
  readonly signature: S
  /** Uid of the public file, if the caller has no token. */
  readonly publicFile?: string
  /**
   * Signs the text. The function depends only on the kind of playlist: equal arguments give equal results.
   */
  readonly sign: (text: string, signature: S) => string
}
