/** An export that another one has replaced, and its stored objects. */
export type ReplacedExport<U extends string> = {
  readonly uid: U
  /** An image export has one part: itself. */
  readonly parts: ReadonlyArray<{
    readonly uid: string
    /** Key of its stored file. */
    readonly key: string
    /** Bytes. */
    readonly size: number
  }>
}
