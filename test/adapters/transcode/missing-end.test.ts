import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { Refused, Unavailable } from '../../../src/domain/shared/errors.ts'
import { E, type TE } from '../../../src/fp.ts'
import type { TranscodeResult } from '../../../src/ports/transcoder.ts'
import { availableEngines, createTranscoderOfEngine } from '../../support/engines.ts'
import { createTranscodingFolder, mediaPath, withSmallestVideo } from '../../support/transcoding.ts'

/** Returns a WAVE of 6 seconds, with 8-bit samples at 8 kHz. */
const wave = (): Buffer => {
  const [rate, size] = [8000, 48_000]
  const file = Buffer.alloc(44 + size, 0x80)
  file.write('RIFF....WAVEfmt ', 'latin1')
  file.writeUInt32LE(36 + size, 4)
  for (const [at, value] of [
    [16, 16],
    [24, rate],
    [28, rate],
    [40, size],
  ] as const)
    file.writeUInt32LE(value, at)
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 1],
    [34, 8],
  ] as const)
    file.writeUInt16LE(value, at)
  file.write('data', 36, 'latin1')
  return file
}

/** Sets the sizes of a RIFF file, and of the last chunk in it, as a writer does that cannot seek. */
const withoutSizes = (file: Buffer): Buffer => {
  const body = Math.max(file.indexOf('data'), file.indexOf('movi') - 8)
  for (const at of [4, body + 4]) file.writeUInt32LE(0xffff_ffff, at)
  return file
}

const stored = (name: string) => () => readFile(mediaPath(name))
const refusal = /^the file is cut off: 3\.\d of 6\.\d seconds can be decoded$/
const warning = /^it is shorter than its header says: 3\.\d of 6\.\d seconds can be decoded$/

/** What is said about 60 % of each file, which lasts for 6 s. */
const files: ReadonlyArray<
  readonly [name: string, make: () => Promise<Buffer>, said: { refusal?: RegExp; warning?: RegExp }]
> = [
  ['beat.avi', stored('beat.avi'), { refusal }],
  ['beat.wmv', stored('beat.wmv'), { refusal }],
  ['beep.w64', stored('beep.w64'), { warning }],
  ['beep.caf', stored('beep.caf'), { warning }],
  ['beep.wav', async () => wave(), { warning }],
  ['a stream.avi', async () => withoutSizes(await readFile(mediaPath('beat.avi'))), {}],
  ['a stream.wav', async () => withoutSizes(wave()), {}],
]

describe('a file whose end is missing, in a container whose demuxer does not report this', () => {
  const { transcode, written } = createTranscodingFolder()

  const saidBy = (result: E.Either<Refused | Unavailable, TranscodeResult>) =>
    E.isLeft(result)
      ? { refusal: 'message' in result.left ? result.left.message : result.left._tag }
      : { warnings: result.right.warnings }

  for (const [engineName, engine] of availableEngines())
    for (const [name, make, { refusal, warning }] of files)
      it(`is ${refusal ? 'refused' : warning ? 'exported with a warning' : 'exported'}: ${name}, ${engineName}`, async () => {
        const transcoder = createTranscoderOfEngine(engine)
        const exported = async (bytes: Buffer): Promise<ReturnType<typeof saidBy>> => {
          const { task } = await transcode(transcoder, await written(name, bytes), withSmallestVideo)
          return saidBy(await (task as TE.TaskEither<Refused | Unavailable, TranscodeResult>)())
        }
        const whole = await make()
        expect(await exported(whole), 'the complete file').to.deep.equal({ warnings: [] })
        const said = await exported(whole.subarray(0, whole.length * 0.6))
        if (refusal !== undefined) expect(said.refusal).to.match(refusal)
        else if (warning !== undefined) expect(said.warnings?.join('\n')).to.match(warning)
        else expect(said).to.deep.equal({ warnings: [] })
      })
})
