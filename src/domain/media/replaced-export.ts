/** An export that another export has replaced, and its objects in the object store. */
export type ReplacedExport<U extends string> = {
  readonly uid: U
  /** The stored parts of the export. An image export counts as a single part. */
  readonly parts: ReadonlyArray<{
    readonly uid: string
    /** Key of the object that contains the part. */
    readonly key: string
    /** Size of the object in bytes. */
    readonly size: number
  }>
}
