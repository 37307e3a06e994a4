import { transcoderContract } from '../contracts/transcoder.contract.ts'
import { enginesHere, transcoderOn } from '../support/engines.ts'

for (const [name, engine] of enginesHere())
  describe(`transcoder on ${name}`, () => {
    transcoderContract((maxSeconds) => transcoderOn(engine, { maxSeconds }))
  })
