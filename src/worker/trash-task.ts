import type { Larder } from '../composition/larder.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { O, pipe, TE } from '../fp.ts'
import { describeSweep } from '../terminal/describe-sweep.ts'

const pauseMs = 60_000

/**
 * Creates the task that ends graces and purges expired files of the trash. It looks once a minute, with one query, whether
 * anything is due. That the store is not this database's is logged once, until something is purged again.
 */
export const createTrashTask = ({ trashSweep, log }: Pick<Larder, 'trashSweep' | 'log'>): BackgroundTask => {
  let logged: string | null = null

  return {
    name: 'trash',
    run: ({ signal }) =>
      pipe(
        trashSweep.run(signal),
        TE.map((outcome) => {
          const done = O.toNullable(outcome)
          if (done !== null && 'refused' in done) {
            const { result } = done.refused
            if (result !== logged)
              log.error('trash.refused', { result, cause: describeSweep(done.refused).join('; ') })
            logged = result
          } else if (done !== null && done.files + done.objects > 0) {
            logged = null
            log.info('trash.purged', done)
          }
          return { againInMs: pauseMs }
        }),
      ),
  }
}
