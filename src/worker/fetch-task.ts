import type { Larder } from '../composition/larder.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { pipe, TE } from '../fp.ts'

/** Creates the task that fetches files from URLs into the folder of this process, until the process stops. */
export const createFetchTask = ({ fetchService }: Pick<Larder, 'fetchService'>): BackgroundTask => ({
  name: 'fetches',
  run: ({ signal, failed }) =>
    pipe(
      fetchService.run(signal, failed),
      TE.map(() => 'done' as const),
    ),
})
