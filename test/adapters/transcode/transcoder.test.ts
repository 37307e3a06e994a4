import { transcoderContract } from '../../contracts/transcoder.contract.ts'
import { availableEngines, createTranscoderOfEngine } from '../../support/engines.ts'

for (const [i, [name, engine]] of availableEngines().entries())
  describe(`transcoder on ${name}`, () => {
    transcoderContract(
      (maxSeconds) => createTranscoderOfEngine(engine, { maxSeconds }),
      i === 0 ? 'all' : 'one a kind',
    )
  })
