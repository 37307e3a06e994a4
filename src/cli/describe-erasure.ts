import { pluralize } from '../terminal/pluralize.ts'
import { CommandError } from './command.ts'
import type { Schemas } from './library-access.ts'

const describeLeft = (count: number): string =>
  `${pluralize(count, 'object')} of it ${count === 1 ? 'is' : 'are'} still to be deleted from the store`

const describeKept = (count: number): string =>
  count === 1
    ? '1 object stays in the store, because Larder has not given it its name'
    : `${count} objects stay in the store, because Larder has not given them their names`

/** Says how the erasure of a file stands, which is in the library no more. */
export const erasedFile = (
  uid: string,
  { erased, objects_left, objects_kept }: Schemas['MediaErasure'],
): CommandError => {
  if (erased) return new CommandError(`${uid} is erased: nothing is left of it`)
  const left = objects_left === 0 ? [] : [describeLeft(objects_left)]
  const kept = objects_kept === 0 ? [] : [describeKept(objects_kept)]
  return new CommandError(`${uid} is erased, but ${[...left, ...kept].join(', and ')}`)
}
