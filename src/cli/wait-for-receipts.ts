import type { Larder } from '../composition/larder.ts'
import type { Purge } from '../domain/freshness/purge.ts'
import { E } from '../fp.ts'

/** Number of times that the receipts are read, a second apart, until no instance is waiting. */
const receiptReads = 10

type Deps = { readonly freshness: Pick<Larder['freshness'], 'findPurge'>; readonly sleep: Larder['sleep'] }

/**
 * Waits until each instance has confirmed a purge or is silent, for about ten seconds. Returns the last receipts. If
 * they cannot be read, they are unknown: what was done before stays done, so this is no failure of it.
 */
export const waitForReceipts = async ({ freshness, sleep }: Deps, started: Purge): Promise<Purge> => {
  let purge = started
  const isWaiting = () => purge.receipts?.some(({ state }) => state === 'waiting') ?? true
  for (let reads = 1; isWaiting() && reads < receiptReads; reads += 1) {
    await sleep(1000, new AbortController().signal)
    const found = await freshness.findPurge(purge.uid)()
    purge = E.isRight(found) ? found.right : { uid: purge.uid, receipts: null }
  }
  return purge
}

/** What a command prints of receipts, as lines and as JSON; `null` if they could not be had. */
export const describeReceipts = (receipts: Purge['receipts']) =>
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
