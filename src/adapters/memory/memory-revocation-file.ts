import { TE } from '../../fp.ts'
import type { RevocationFile } from '../../ports/revocation-file.ts'
import type { Revocation } from '../../ports/revocations.ts'

/** Keeps the copy in memory, for tests. */
export const createMemoryRevocationFile = (): RevocationFile => {
  let copied: ReadonlyArray<Revocation> = []
  return {
    read: TE.fromIO(() => ({ revocations: copied, damaged: 0 })),
    add: (revocations) =>
      TE.fromIO(() => {
        copied = [...copied, ...revocations]
      }),
    replace: (revocations) =>
      TE.fromIO(() => {
        copied = [...revocations]
      }),
  }
}
