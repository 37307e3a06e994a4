import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { Engine } from '../../../src/adapters/transcode/engine.ts'
import { E } from '../../../src/fp.ts'
import { availableEngines, createTranscoderOfEngine } from '../../support/engines.ts'
import { right } from '../../support/expect-right.ts'
import { createTranscodingFolder, mediaPath, withSmallestVideo } from '../../support/transcoding.ts'
import { withStreamPause } from '../../support/transport-stream.ts'

/** An engine whose tone mapping filters fail. */
const withoutToneMapping = (engine: Engine): Engine => ({
  ...engine,
  encode: (job, onProgress, signal) =>
    job.video?.graph.includes('lut3d')
      ? async () => E.left({ reason: 'input', detail: 'no path between colorspaces' })
      : engine.encode(job, onProgress, signal),
})

/** An engine that fails once, at pass `number`, as when a machine is out of resources for a moment. */
const failingOnceAt = (engine: Engine, number: number, onFailure: () => void): Engine => {
  let passes = 0
  return {
    ...engine,
    encode: (job, onProgress, signal) => {
      passes += 1
      if (passes !== number) return engine.encode(job, onProgress, signal)
      onFailure()
      return async () => E.left({ reason: 'input', detail: 'it was so for a moment' })
    },
  }
}

describe('a film whose first attempt fails', () => {
  const { transcode, written } = createTranscodingFolder()

  for (const pass of [1, 2])
    it(`[V20] loses nothing by a temporary failure of pass ${pass}`, async () => {
      const [, engine] = availableEngines()[0] ?? []
      if (engine === undefined) throw new Error('no engine')
      let failures = 0
      const transcoder = createTranscoderOfEngine(failingOnceAt(engine, pass, () => failures++))
      // Its header does not announce that audio ends early: the second pass pads it.
      const film = await written(
        `${pass}.m2t`,
        withStreamPause(await readFile(mediaPath('beat.m2t')), 'sound', 2, 9),
      )
      const { task } = await transcode(transcoder, film, withSmallestVideo)
      const { renditions, warnings } = await right(task)
      expect(failures).to.equal(1)
      expect(renditions.some(({ video }) => video !== null)).to.equal(true)
      expect(renditions.some(({ audio }) => audio !== null)).to.equal(true)
      expect(warnings.filter((warning) => warning.includes('no sound'))).to.deep.equal([])
    })

  it('[V45] is transcoded without tone mapping where that fails, with a warning', async () => {
    const [, engine] = availableEngines()[0] ?? []
    if (engine === undefined) throw new Error('no engine')
    const transcoder = createTranscoderOfEngine(withoutToneMapping(engine))
    const { task } = await transcode(transcoder, mediaPath('bunny-hdr.mp4'), withSmallestVideo)
    expect((await right(task)).warnings).to.deep.equal([
      'colours are wrong: the HDR of the film could not be tone-mapped',
    ])
  })
})
