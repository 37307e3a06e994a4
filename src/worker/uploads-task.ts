import type { Larder } from '../composition/larder.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { E, pipe, TE } from '../fp.ts'

const pauseMs = 30_000

/**
 * Creates the task that goes on with uploads whose client or process is gone, when the server starts and then twice a
 * minute.
 */
export const createUploadSweepTask = ({
  sweepUploads,
  log,
}: Pick<Larder, 'sweepUploads' | 'log'>): BackgroundTask => ({
  name: 'uploads',
  run: ({ signal }) =>
    pipe(
      sweepUploads(signal),
      TE.map((report) => {
        const { finished, stored, discarded, removedFiles } = report
        if (finished + stored + discarded + removedFiles > 0) log.info('uploads.swept', report)
        return { againInMs: pauseMs }
      }),
    ),
})

/** Creates the task that ends the storing of originals, which requests and sweeps have begun, when the process stops. */
export const createUploadIntakeTask = ({ uploadIntake }: Pick<Larder, 'uploadIntake'>): BackgroundTask => ({
  name: 'upload originals',
  run:
    ({ signal }) =>
    async () => {
      if (!signal.aborted)
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      await uploadIntake.stop()
      return E.right('done')
    },
})
