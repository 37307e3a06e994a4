/** An export in whose place another one stands, and what was stored of it. */
export type ReplacedExport<U extends string> = {
  readonly uid: U
  /** An image export is its only part. */
  readonly parts: ReadonlyArray<{
    readonly uid: string
    /** Of its stored file. */
    readonly key: string
    /** Bytes. */
    readonly size: number
  }>
}
