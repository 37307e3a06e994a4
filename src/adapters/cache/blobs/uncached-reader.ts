import { badOrigin } from '../../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../../fp.ts'
import type { ObjectStore } from '../../../ports/object-store.ts'
import type { UncachedReader } from '../../../ports/uncached-reader.ts'
import { defaultFillOptions } from './fill-options.ts'
import { openOrigin } from './open-origin.ts'

/** `stallMs`: the store counts as failed if it sends no byte for this long. */
export const createUncachedReader =
  ({ read }: Pick<ObjectStore, 'read'>, stallMs = defaultFillOptions.stallMs): UncachedReader =>
  ({ key, size, sha256 }, range) =>
  () =>
    openOrigin(
      {
        facts: { size, sha256 },
        range,
        origin: (part) =>
          pipe(read(key, part), TE.flatMapEither(E.fromOption(() => badOrigin(`${key} is missing`)))),
      },
      range,
      stallMs,
    )
