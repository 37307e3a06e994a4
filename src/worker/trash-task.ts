import type { Larder } from '../composition/larder.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { O, pipe, TE } from '../fp.ts'

const pauseMs = 60_000

/**
 * Creates the task that ends graces and purges expired files of the trash. It looks once a minute, with one query, whether
 * anything is due.
 */
export const createTrashTask = ({ trashSweep, log }: Pick<Larder, 'trashSweep' | 'log'>): BackgroundTask => ({
  name: 'trash',
  run: ({ signal }) =>
    pipe(
      trashSweep.run(signal),
      TE.map((purged) => {
        if (O.isSome(purged) && purged.value.files + purged.value.objects > 0)
          log.info('trash.purged', purged.value)
        return { againInMs: pauseMs }
      }),
    ),
})
