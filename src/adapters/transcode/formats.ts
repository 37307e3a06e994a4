import { type SourceBytes, type sourceLimits, unlessBeyondLimits, withSourceBytes } from './source-bytes.ts'

/** The bytes by which a format is recognised, and their offset in the file. */
type Signature = readonly [signature: string, offset: number]

export const WAVE: Signature = ['WAVE', 8]
export const WAVE64: Signature = ['riff\x2e\x91\xcf\x11', 0]
/** Core Audio. */
export const CAF: Signature = ['caff', 0]
/** Windows Media. */
export const ASF: Signature = ['\x30\x26\xb2\x75\x8e\x66\xcf\x11', 0]

/** Readers of formats, each with the signature of its format. */
export type FormatReaders<A> = ReadonlyArray<
  readonly [...Signature, read: (bytes: SourceBytes) => Promise<A>]
>

/**
 * Reads a source by the reader of its format. Returns `null` for a format without a reader, and `otherwise` if the
 * source exceeds a limit.
 */
export const readByFormat = <A, B>(
  readers: FormatReaders<A>,
  path: string,
  signal: AbortSignal,
  { otherwise, limits }: { readonly otherwise: B; readonly limits: typeof sourceLimits },
): Promise<A | B | null> =>
  unlessBeyondLimits(
    withSourceBytes(
      path,
      signal,
      async (bytes) => {
        const head = (await bytes.at(0, 12)).toString('latin1')
        const reader = readers.find(([signature, offset]) => head.startsWith(signature, offset))
        return reader === undefined ? null : reader[2](bytes)
      },
      limits,
    ),
    otherwise,
  )
