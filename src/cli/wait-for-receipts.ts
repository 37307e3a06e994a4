import type { Larder } from '../composition/larder.ts'
import type { Purge } from '../domain/freshness/purge.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

/** Number of times that the receipts are read, a second apart, until no instance is waiting. */
const receiptReads = 10

/** Waits until each instance has confirmed a purge or is silent, for about ten seconds. Returns the last receipts. */
export const waitForReceipts = async (
  { freshness, sleep }: Pick<Larder, 'freshness' | 'sleep'>,
  started: Purge,
): Promise<Purge> => {
  let purge = started
  const isWaiting = () => purge.receipts.some(({ state }) => state === 'waiting')
  for (let reads = 1; isWaiting() && reads < receiptReads; reads += 1) {
    await sleep(1000, new AbortController().signal)
    purge = await orThrowCommandError(freshness.findPurge(purge.uid))
  }
  return purge
}

/** What a command prints of receipts, as lines and as JSON. */
export const describeReceipts = ({ receipts }: Purge) => ({
  lines: receipts.map(({ instance, state }) => `  ${instance}  ${state}`),
  json: receipts.map(({ instance, state }) => ({ instance, state })),
  code: receipts.every(({ state }) => state === 'done') ? 0 : 1,
})
