import { pipe, TE } from '../../fp.ts'
import type { IncomingFiles } from '../../ports/incoming-files.ts'
import type { UploadSpace } from '../../ports/upload-repository.ts'
import type { Unavailable } from '../shared/errors.ts'

type UploadSpaceDeps = {
  readonly incoming: Pick<IncomingFiles, 'free' | 'holdsOriginals'>
  /** How many bytes of the disk must stay free. */
  readonly reserveBytes: number
}

/** Reads how much space there is for uploads. */
export const readUploadSpace = ({
  incoming,
  reserveBytes,
}: UploadSpaceDeps): TE.TaskEither<Unavailable, UploadSpace> =>
  pipe(
    incoming.free,
    TE.bindTo('free'),
    TE.bind('holdsOriginals', () => incoming.holdsOriginals),
    TE.map((space) => ({ ...space, reserve: reserveBytes })),
  )

/** Returns whether the disk has space for the original of an upload of this length, if it is stored there. */
export const hasSpaceForOriginal = (
  { free, reserve, holdsOriginals }: UploadSpace,
  length: number,
): boolean => !holdsOriginals || free - length >= reserve
