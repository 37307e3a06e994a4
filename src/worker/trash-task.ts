import type { Larder } from '../composition/larder.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { O, pipe, TE } from '../fp.ts'
import { describeSweep } from '../terminal/describe-sweep.ts'

const pauseMs = 60_000

/**
 * Creates the task that ends graces and purges expired files of the trash. It looks once a minute, with one query, whether
 * anything is due. That the store is not this database's is logged once, and again
 * when anything of it changes, or after a look without a refusal. A look while another process is sweeping tells nothing.
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
            const cause = describeSweep(done.refused).join('; ')
            if (cause !== logged) log.error('trash.refused', { result: done.refused.result, cause })
            logged = cause
          } else if (done !== null) {
            logged = null
            if (done.files + done.objects > 0) log.info('trash.purged', done)
          }
          return { againInMs: pauseMs }
        }),
      ),
  }
}
