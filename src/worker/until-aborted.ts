import { E, type TE } from '../fp.ts'

/** Waits for work no longer than until the stop: a database that is silent must not hold it up. */
export const untilAborted =
  <L, A>(signal: AbortSignal, work: TE.TaskEither<L, A>): TE.TaskEither<L, A | 'done'> =>
  () =>
    Promise.race([
      work(),
      new Promise<E.Either<L, 'done'>>((resolve) =>
        signal.addEventListener('abort', () => resolve(E.right('done')), { once: true }),
      ),
    ])
