import { expect } from 'chai'
import { enginesHere, transcoderOn } from '../support/engines.ts'
import { filmError } from '../support/film-error.ts'
import { filmKinds } from '../support/film-kinds.ts'

for (const [name, engine] of enginesHere())
  describe(`[V43] [V45] renditions of a film keep its intended colours, on ${name}`, () => {
    const transcoder = transcoderOn(engine)
    for (const kind of filmKinds.filter(({ isQuick }) => isQuick))
      it(kind.name, async () => {
        expect(await filmError(transcoder, kind)).to.be.at.most(kind.tolerance)
      })
  })
