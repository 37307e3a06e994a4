import type { CommandContext } from './command.ts'
import type { LibraryAccess, Schemas } from './library-access.ts'

type Purge = Schemas['Purge']

/** Number of times that the receipts are read, a second apart, until no instance is waiting. */
const receiptReads = 10

type Deps = Pick<LibraryAccess, 'findReceipts' | 'sleep'>

/**
 * Waits until each instance has confirmed a purge or is silent, for about ten seconds. Returns the last receipts. If
 * they cannot be read, they are unknown: what was done before stays done, so this is no failure of it.
 */
export const waitForReceipts = async (library: Deps, started: Purge): Promise<Purge> => {
  let purge = started
  const isWaiting = () => purge.instances?.some(({ state }) => state === 'waiting') ?? true
  for (let reads = 1; isWaiting() && reads < receiptReads; reads += 1) {
    await library.sleep(1000)
    purge = (await library.findReceipts(purge.uid)) ?? { uid: purge.uid, instances: null }
  }
  return purge
}

/** What a command prints of receipts, as lines and as JSON; `null` if they could not be had. */
export const describeReceipts = (receipts: Purge['instances']) =>
  receipts === null
    ? {
        lines: ['  which servers have confirmed it is not known: the database did not answer'],
        json: null,
        code: 1,
      }
    : {
        lines: receipts.map(({ instance, state }) => `  ${instance}  ${state}`),
        json: receipts.map(({ instance, state }) => ({ instance, state })),
        code: receipts.every(({ state }) => state === 'done') ? 0 : 1,
      }

/**
 * Waits until the servers have confirmed what was done before, at last to the file `uid`, and prints which of them have.
 * Returns the exit code.
 */
export const reportReceipts = async (
  library: LibraryAccess,
  uid: string,
  { report }: Pick<CommandContext, 'report'>,
): Promise<number> => {
  const started = await library.requestReceipts(uid)
  const { lines, json, code } = describeReceipts(
    started === null ? null : (await waitForReceipts(library, started)).instances,
  )
  report({ lines, json: { purge: started?.uid ?? null, instances: json } })
  return code
}
