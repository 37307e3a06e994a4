import type { Presign } from '../../domain/access/viewer.ts'
import { type Unprocessable, unprocessable } from './request-faults.ts'

const fault = unprocessable([
  { loc: ['query', 'presign'], msg: 'should be none in a request without a token', type: 'presign' },
])

/** Returns the fault of a query without a token whose playlist should contain one; `null` if there is none. */
export const presignWithoutToken = ({
  presign = 'none',
}: {
  readonly presign?: Presign
}): Unprocessable | null => (presign === 'none' ? null : fault)
