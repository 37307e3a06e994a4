import type { Larder } from '../composition/larder.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { E } from '../fp.ts'

/** Pause in milliseconds between two reads, so that a revocation is known within a second (http-api.md §9.4). */
const pauseMs = 500

/**
 * Creates the task that reads new revocations. A failure is no failure of the task, whose pause would grow: once the
 * database answers again, revocations must be known within the same second. The outage log reports failures.
 */
export const createRevocationsTask = ({
  revocationService,
  outages,
}: Pick<Larder, 'revocationService' | 'outages'>): BackgroundTask => ({
  name: 'revocations',
  run: () => async () => {
    const read = await revocationService.refresh()
    if (E.isLeft(read))
      outages.failed(read.left.dependency, { task: 'revocations', cause: String(read.left.cause) })
    return E.right({ againInMs: pauseMs })
  },
})
