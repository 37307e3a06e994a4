import type { InstanceUid } from '../domain/media/ids.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/**
 * Notes in the data folder of which process is which instance. By them a start finds the instances of processes that
 * were killed, and removes them from the list: to others they look like instances that are cut off.
 */
export type LocalInstances = {
  /** Notes that this process is the instance. */
  readonly add: (uid: InstanceUid) => TE.TaskEither<Unavailable, void>
  /** Deletes the note of an instance. Does nothing if there is none. */
  readonly remove: (uid: InstanceUid) => TE.TaskEither<Unavailable, void>
  /**
   * Lists the noted instances whose processes have ended. A process of which that is not certain is not listed: it may
   * be alive, on another machine that shares the folder.
   */
  readonly listEnded: TE.TaskEither<Unavailable, ReadonlyArray<InstanceUid>>
}
