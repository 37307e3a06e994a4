import { expect } from 'chai'
import type { Engine } from '../../src/adapters/transcode/engine.ts'
import { E } from '../../src/fp.ts'
import { enginesHere, transcoderOn } from '../support/engines.ts'
import { right } from '../support/expect-right.ts'
import { createTranscodingFolder, media, smallest } from '../support/transcoding.ts'

/** An engine of which the filters for tone mapping fail. */
const withoutToneMapping = (engine: Engine): Engine => ({
  ...engine,
  encode: (job, onProgress, signal) =>
    job.video?.graph.includes('lut3d')
      ? async () => E.left({ reason: 'input', detail: 'no path between colorspaces' })
      : engine.encode(job, onProgress, signal),
})

describe('a film that cannot be made in the first way', () => {
  const { transcode } = createTranscodingFolder()

  it('[V45] comes without tone mapping where that fails, and says so', async () => {
    const [, engine] = enginesHere()[0] ?? []
    if (engine === undefined) throw new Error('no engine')
    const transcoder = transcoderOn(withoutToneMapping(engine))
    const { task } = await transcode(transcoder, media('bunny-hdr.mp4'), smallest)
    expect((await right(task)).warnings).to.deep.equal([
      'colours are off: it is HDR that could not be tone-mapped',
    ])
  })
})
