import { expect } from 'chai'
import { availableEngines, createTranscoderOfEngine } from '../../support/engines.ts'
import { worstColourError } from '../../support/film-error.ts'
import { filmKinds } from '../../support/film-kinds.ts'

for (const [name, engine] of availableEngines())
  describe(`[V43] [V45] renditions of a film keep its intended colours, on ${name}`, () => {
    const transcoder = createTranscoderOfEngine(engine)
    for (const kind of filmKinds.filter(({ isQuick }) => isQuick))
      it(kind.name, async () => {
        expect(await worstColourError(transcoder, kind)).to.be.at.most(kind.tolerance)
      })
  })
