import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createSharpImageProcessor } from '../../../src/adapters/sharp/sharp-image-processor.ts'
import { E } from '../../../src/fp.ts'
import { imageProcessorContract } from '../../contracts/image-processor.contract.ts'
import { left, right } from '../../support/expect-right.ts'
import { noiseImage, posterPath, saveFile } from '../../support/pictures.ts'
import {
  childProcessesOf,
  innermostProcessOf,
  isRunning,
  nicenessOf,
  pollUntilTrue,
} from '../../support/processes.ts'

describe('sharp image processor', () => {
  const patient = createSharpImageProcessor({ maxPixels: 100_000_000, timeoutSeconds: 600 })

  describe('as any ImageProcessor', () => {
    imageProcessorContract((maxPixels) => createSharpImageProcessor({ maxPixels, timeoutSeconds: 600 }))
  })

  describe('renders in a child process', () => {
    let folder: string
    let path: string

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'larder-sharp-'))
      // This image takes more than ten seconds to encode as AVIF.
      path = await saveFile(folder, 'noise.jpg', await noiseImage(4000, 4000).jpeg().toBuffer())
    })

    after(() => rm(folder, { recursive: true }))

    const ownChildren = () => childProcessesOf(process.pid, 'image-child')

    /** Starts a long job, and waits until its first export exists and the second is being encoded. */
    const begin = async () => {
      const before = await ownChildren()
      const targets = [
        { format: 'webp', width: 16 },
        { format: 'avif', width: 4000 },
      ] as const
      let progressed = (): void => {}
      const progress = new Promise<void>((resolve) => {
        progressed = resolve
      })
      const result = patient.render(path, targets, folder, () => progressed())()
      await progress
      const [outer = 0] = (await ownChildren()).filter((child) => !before.includes(child))
      return { pid: await innermostProcessOf(outer), result }
    }

    it('that has exited when the task is done', async () => {
      const before = await ownChildren()
      await right(patient.inspect(posterPath))
      expect(await ownChildren()).to.deep.equal(before)
    })

    it('that is killed at its timeout', async () => {
      const before = await ownChildren()
      const hasty = createSharpImageProcessor({ maxPixels: 100_000_000, timeoutSeconds: 2 })
      const refusal = await left(hasty.render(path, [{ format: 'avif', width: 4000 }], folder, () => {}))
      expect(refusal).to.deep.equal({
        _tag: 'Refused',
        message: 'the picture takes longer than 2 seconds: save it smaller',
      })
      expect(await ownChildren()).to.deep.equal(before)
    })

    it('that yields the CPU to the server in all of its threads', async () => {
      const { pid, result } = await begin()
      expect(new Set(await nicenessOf(pid))).to.deep.equal(new Set([10]))
      process.kill(pid, 'SIGKILL')
      await result
    })

    it('whose crash fails with Refused, because the image is to blame', async () => {
      const { pid, result } = await begin()
      process.kill(pid, 'SIGSEGV')
      expect(await result).to.deep.equal(
        E.left({
          _tag: 'Refused',
          message:
            'the picture is damaged and crashes its decoder: open it in another program and save it again',
        }),
      )
    })

    it('that is killed by another process: fails with Unavailable', async () => {
      const { pid, result } = await begin()
      process.kill(pid, 'SIGKILL')
      expect(await left(() => result)).to.include({ _tag: 'Unavailable' })
    })

    const moments: ReadonlyArray<[string, (server: ChildProcess) => Promise<unknown>]> = [
      ['before it has started', () => Promise.resolve()],
      ['while it encodes', (server) => once(server, 'message')],
    ]
    for (const [when, moment] of moments)
      it(`that is killed together with a server that is killed ${when}`, async () => {
        const server = fork(new URL('../../support/picture-worker.ts', import.meta.url), [path, folder])
        const childrenOfServer = () => childProcessesOf(server.pid ?? 0, 'image-child')
        await pollUntilTrue(async () => (await childrenOfServer()).length > 0)
        const [outer = 0] = await childrenOfServer()
        const child = await innermostProcessOf(outer)
        await moment(server)
        server.kill('SIGKILL')
        await once(server, 'exit')
        await pollUntilTrue(async () => !(await isRunning(child)))
      })
  })
})
