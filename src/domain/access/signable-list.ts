import type { Signature } from './signature.ts'

/**
 * A list for one viewer, not signed yet. Thousands of viewers get the same text with another token in it, so it is
 * signed where bodies are made of it, at the cost of one copy (http-api.md §3.3).
 */
export type SignableList<S extends Signature = Signature> = {
  readonly text: string
  readonly signature: S
  /** Of this kind of list: the same text is always signed in the same way. */
  readonly sign: (text: string, signature: S) => string
}
