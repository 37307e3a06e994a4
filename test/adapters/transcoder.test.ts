import { transcoderContract } from '../contracts/transcoder.contract.ts'
import { enginesHere, transcoderOn } from '../support/engines.ts'

for (const [name, engine] of enginesHere())
  describe(`transcoder on ${name}`, function () {
    // Engines are nice: on a busy machine they wait for all others.
    this.timeout(60_000)
    transcoderContract((maxSeconds) => transcoderOn(engine, { maxSeconds }))
  })
