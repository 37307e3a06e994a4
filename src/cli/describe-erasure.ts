import { CommandError } from './command.ts'
import type { Schemas } from './library-access.ts'

/** Says how the erasure of a file stands, which is in the library no more. */
export const erasedFile = (
  uid: string,
  { erased, objects_left, objects_kept }: Schemas['MediaErasure'],
): CommandError => {
  if (erased) return new CommandError(`${uid} is erased: nothing is left of it`)
  const left =
    objects_left === 0 ? [] : [`${objects_left} objects of it are still to be deleted from the store`]
  const kept =
    objects_kept === 0
      ? []
      : [`${objects_kept} objects stay there, because Larder has not given them their names`]
  return new CommandError(`${uid} is erased, but ${[...left, ...kept].join(', and ')}`)
}
