import type { PurgeReceipt } from '../../ports/instances.ts'
import type { PurgeUid } from '../media/ids.ts'

/** A purge, and what each instance has reported of it; `null` if that could not be read. */
export type Purge = { readonly uid: PurgeUid; readonly receipts: ReadonlyArray<PurgeReceipt> | null }
