import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { examineTranscoded } from '../../src/domain/ingest/examine-transcoded.ts'
import { planMedia } from '../../src/domain/ingest/plan/media-ladder.ts'
import type { Transcoder } from '../../src/ports/transcoder.ts'
import { right } from '../support/expect-right.ts'
import { createWav, decodeAudio, peakAmplitude } from '../support/sound.ts'
import { createTranscodingFolder, mediaPath } from '../support/transcoding.ts'

const sine = (hertz: number, level: number) => (time: number) => level * Math.sin(2 * Math.PI * hertz * time)

/** Loudness and channels of a Transcoder's audio. */
export const transcoderSoundContract = (transcoder: Transcoder): void => {
  const { transcode, written, newTarget } = createTranscodingFolder()

  const transcoded = async (name: string, bytes: Uint8Array) => {
    const { task } = await transcode(transcoder, await written(name, bytes), (plan) => ({
      ...plan,
      audio: plan.audio.slice(-1),
    }))
    const { renditions, progressive } = await right(task)
    return { rendition: renditions[0], samples: await decodeAudio(progressive[0]?.file.path ?? '') }
  }

  it('[V48] lowers the volume of 5.1 that would clip in stereo', async () => {
    const bytes = createWav({ channels: 6, sampleRate: 48_000, seconds: 1 }, sine(440, 0.98))
    const { rendition, samples } = await transcoded('loud.wav', bytes)
    expect(rendition?.audio?.channels).to.equal(2)
    expect(peakAmplitude(samples)).to.be.within(0.75, 1)
  })

  it('[V48] lowers the volume of a source beyond full scale', async () => {
    const bytes = createWav({ channels: 2, sampleRate: 44_100, seconds: 1 }, sine(440, 1.9))
    expect(peakAmplitude((await transcoded('beyond.wav', bytes)).samples)).to.be.within(0.75, 1)
  })

  it('[V48] keeps level and timing of audio that does not clip', async () => {
    // The tone has half of full scale, and starts at 0.5 seconds.
    const tone = sine(1000, 0.5)
    const bytes = createWav({ channels: 2, sampleRate: 48_000, seconds: 1 }, (time) =>
      time < 0.5 ? 0 : tone(time),
    )
    const { samples } = await transcoded('tone.wav', bytes)
    expect(peakAmplitude(samples.subarray(30_000, 40_000))).to.be.closeTo(0.5, 0.02)
    expect(samples.findIndex((sample) => Math.abs(sample) > 0.25) / 48_000).to.be.closeTo(0.5, 0.004)
  })

  for (const file of ['gapless.mp3', 'gapless.webm'])
    it(`begins with the first sample and ends with the last, although decoders skip some: ${file}`, async () => {
      const { rendition, samples } = await transcoded(file, await readFile(mediaPath(file)))
      const rate = rendition?.audio?.sampleRate ?? 0
      const isLoud = (sample: number) => Math.abs(sample) > 0.08
      // The file is one second long, with a tone in its first and its last tenth. An AAC frame fades in.
      const [first, last] = [samples.findIndex(isLoud), samples.findLastIndex(isLoud)]
      const again = rate / 2 + samples.subarray(rate / 2).findIndex(isLoud)
      expect(first / rate, 'first').to.be.below(0.013)
      expect(again / rate, 'again').to.be.closeTo(0.9, 0.003)
      expect(last / rate, 'last').to.be.closeTo(1, 0.003)
      expect(samples.length - rate, 'samples beyond the source').to.be.within(0, 1024)
    })

  it('[V48] does not clip where audio changes from stereo to 5.1, and reports the true duration', async () => {
    const whole = await right(transcoder.probe(mediaPath('chlayout.m2t')))
    const facts = { ...whole, video: null }
    const plan = planMedia(facts)
    const task = transcoder.transcode(mediaPath('chlayout.m2t'), facts, plan, await newTarget(), () => {})
    const output = await right(task)
    expect(peakAmplitude(await decodeAudio(output.progressive[0]?.file.path ?? ''))).to.be.below(1)
    expect(output.sourceSeconds).to.be.closeTo(facts.declaredSeconds ?? 0, 0.1)
    expect(output.warnings).to.deep.equal([])
    expect(examineTranscoded(output, plan)).to.deep.equal([])
  })

  it('[V48] makes one rendition of 8 kHz mono', async () => {
    const bytes = createWav({ channels: 1, sampleRate: 8000, seconds: 1 }, sine(440, 0.5))
    const { task } = await transcode(transcoder, await written('telephone.wav', bytes))
    const { renditions } = await right(task)
    expect(renditions.map(({ audio }) => audio)).to.deep.equal([{ channels: 1, sampleRate: 48_000 }])
  })
}
