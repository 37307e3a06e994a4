import { E } from '../../src/fp.ts'
import { Load } from './load.ts'
import { runLoad } from './run-load.ts'

// The process that generates load: it receives one task as a message, sends one answer, and exits.

process.once('message', async (message: unknown) => {
  const load = Load.decode(message)
  if (E.isLeft(load)) throw new Error('the bench sent a load that does not decode')
  process.send?.(await runLoad(load.right), () => process.disconnect())
})
