import { transcoderContract } from '../contracts/transcoder.contract.ts'
import { enginesHere, transcoderOn } from '../support/engines.ts'

for (const [i, [name, engine]] of enginesHere().entries())
  describe(`transcoder on ${name}`, () => {
    transcoderContract((maxSeconds) => transcoderOn(engine, { maxSeconds }), i === 0 ? 'all' : 'one a kind')
  })
