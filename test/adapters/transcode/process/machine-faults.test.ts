import { spawn } from 'node:child_process'
import { expect } from 'chai'
import type { Engine, EngineFailure } from '../../../../src/adapters/transcode/engine.ts'
import { superviseDecoder, toEngineFailure } from '../../../../src/adapters/transcode/process/supervise.ts'
import { E } from '../../../../src/fp.ts'
import { availableEngines, createTranscoderOfEngine } from '../../../support/engines.ts'
import { left, right } from '../../../support/expect-right.ts'
import { createRecordingLog } from '../../../support/recording-log.ts'
import { createTranscodingFolder, mediaPath, withSmallestVideo } from '../../../support/transcoding.ts'

const endedWith = (stderr: string, code = 1) =>
  toEngineFailure({ code, signal: null, stderr, stopped: null, startError: null }, null)?.reason

/** Messages that only a fault of the machine causes. */
const ofTheMachine = [
  'pthread_create failed: Resource temporarily unavailable',
  'av_interleaved_write_frame(): No space left on device',
  'Error writing trailer of file: Disk quota exceeded',
  'file:/x/v.mp4: Read-only file system',
  'file:/x/v.mp4: Too many open files',
  'unshare: unshare failed: Operation not permitted',
  '/usr/bin/prlimit: failed to set the AS resource limit: Operation not permitted',
]

/** Messages that a damaged file or a fault of the machine can cause. */
const ofEither = [
  'Error during demuxing: Input/output error',
  '[h264 @ 0x1] get_buffer() failed: Cannot allocate memory',
  'Error while opening encoder - maybe incorrect parameters such as bit_rate, rate, width or height.',
]

describe('a fault of the machine while a file is decoded [V45]', () => {
  const { transcode } = createTranscodingFolder()

  for (const message of [...ofTheMachine, ...ofEither])
    it(`does not refuse the file: ${message}`, () => {
      const reason = endedWith(`[mov @ 0x1] something\n${message}\nConversion failed!`)
      expect(reason).to.equal(ofEither.includes(message) ? 'unsure' : 'broken')
    })

  it('is distinguished from a fault of the file', () => {
    expect(endedWith('moov atom not found\nInvalid data found when processing input')).to.equal('input')
    expect(endedWith('Error writing: File too large')).to.equal('size')
  })

  it('is told from one that the file may have caused', () => {
    const endedBy = (signal: NodeJS.Signals) =>
      toEngineFailure({ code: null, signal, stderr: '', stopped: null, startError: null }, null)?.reason
    expect(endedBy('SIGKILL')).to.equal('unexplained')
    expect(endedBy('SIGTERM')).to.equal('broken')
    expect(endedWith('', 127)).to.equal('broken')
  })

  it('cannot be feigned by the title of a damaged file', () => {
    const title = '    title           : No space left on device\n                    : Too many open files'
    expect(endedWith(`${title}\nmoov atom not found`)).to.equal('input')
  })

  it('is described in words, also if the program says nothing', () => {
    const exit = { code: 1, signal: null, stderr: '', stopped: null, startError: null }
    expect(toEngineFailure(exit, null)?.detail).to.equal('it ended with code 1 and without a message')
    const killed = { ...exit, code: null, signal: 'SIGKILL', stderr: 'a\nb' } as const
    expect(toEngineFailure(killed, null)?.detail).to.equal('it was ended by SIGKILL: a | b')
  })

  it('is found and reported after any amount of decoder output', async () => {
    const noise = `process.stderr.write('[h264] error while decoding MB 1 2\\n'.repeat(20000), () => {
      process.stderr.write('No space left on device\\n' + 'Conversion failed\\n'.repeat(9), () => process.exit(1))
    })`
    const ended = await superviseDecoder(spawn(process.execPath, ['-e', noise]), { wallSeconds: 60 })
    const failure = toEngineFailure(ended, null)
    expect(failure?.reason).to.equal('broken')
    expect(failure?.detail).to.include('No space left on device')
    expect(ended.stderr).to.match(/^\[h264\]/)
    expect(ended.stderr.length).to.be.at.most(140_000)
  })

  /** An engine whose first encodings with audio fail in this way. */
  const failing = (engine: Engine, failures: ReadonlyArray<EngineFailure>): Engine => {
    let attempts = 0
    return {
      ...engine,
      encode: (job, onProgress, signal) => {
        const failure = job.audio === null ? undefined : failures[attempts++]
        return failure === undefined ? engine.encode(job, onProgress, signal) : async () => E.left(failure)
      },
    }
  }
  const input: EngineFailure = { reason: 'input', detail: 'ended by 1: no reason is given' }
  const [, engine] = availableEngines()[0] ?? []
  const withLog = (failures: ReadonlyArray<EngineFailure>) => {
    if (engine === undefined) throw new Error('no engine')
    const { log, entries } = createRecordingLog()
    return { transcoder: createTranscoderOfEngine(failing(engine, failures), { log }), entries }
  }

  it('does not cost a film its audio: each attempt is retried once', async () => {
    const { transcoder, entries } = withLog([input])
    const { task } = await transcode(transcoder, mediaPath('bunny.mp4'), withSmallestVideo)
    const output = await right(task)
    expect(output.warnings).to.deep.equal([])
    expect(output.renditions.some(({ audio }) => audio !== null)).to.equal(true)
    expect(entries.filter(({ event }) => event === 'transcoder.attempt_failed')).to.have.length(1)
  })

  it('does not hide audio that cannot be decoded: the film has none, and each failure is logged', async () => {
    const { transcoder, entries } = withLog([input, input])
    const { task } = await transcode(transcoder, mediaPath('bunny.mp4'), withSmallestVideo)
    const output = await right(task)
    expect(output.warnings).to.have.length(1)
    expect(output.renditions.some(({ audio }) => audio !== null)).to.equal(false)
    expect(entries.filter(({ event }) => event === 'transcoder.attempt_failed')).to.have.length(2)
  })

  it('fails with Unavailable, so that the work is retried later', async () => {
    const broken: EngineFailure = { reason: 'broken', detail: 'Resource temporarily unavailable' }
    const { transcoder } = withLog([broken])
    const { task } = await transcode(transcoder, mediaPath('bunny.mp4'), withSmallestVideo)
    expect(await left(task))
      .to.include({ _tag: 'Unavailable' })
      .and.not.to.have.property('isInputSuspected')
  })

  it('fails with Unavailable when the message is ambiguous', async () => {
    const unsure: EngineFailure = { reason: 'unsure', detail: 'Input/output error' }
    if (engine === undefined) throw new Error('no engine')
    const transcoder = createTranscoderOfEngine({ ...engine, encode: () => async () => E.left(unsure) })
    const { task } = await transcode(transcoder, mediaPath('bunny.mp4'), withSmallestVideo)
    expect(await left(task)).to.include({ _tag: 'Unavailable', isInputSuspected: true })
  })
})
