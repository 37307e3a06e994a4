import * as t from 'io-ts'
import { type Erasure, isErasureComplete } from '../../ports/trash.ts'
import { withDescription } from '../shared/json-schema.ts'

export const MediaErasureJson = t.strict(
  {
    erased: withDescription(t.boolean, 'Whether nothing is left of the file.'),
    objects_left: withDescription(t.number, 'Objects that are to be deleted.'),
    objects_kept: withDescription(
      t.number,
      'Objects that Larder does not delete, because it has not given them their names.',
    ),
  },
  'MediaErasure',
)

export const erasureAsJson = (erasure: Erasure): t.TypeOf<typeof MediaErasureJson> => ({
  erased: isErasureComplete(erasure),
  objects_left: erasure.left,
  objects_kept: erasure.kept,
})
