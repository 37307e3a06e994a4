import type { AudioRung, AudioSource } from './media-plan.ts'

const LOSSY = /^(mp[23]|aac|opus|vorbis|wma|e?ac3|amr)/

/** Bit rates of the planned audio renditions, in kilobits per second for two channels. */
const audioOnlyRungs = [64, 128, 256]
const rungsWithVideo = [128]

export const planAudio = (source: AudioSource, hasVideo: boolean): ReadonlyArray<AudioRung> => {
  const channels = source.channels === 1 ? 1 : 2
  const enough = maxUsefulKilobits(source.sampleRate) * channels
  const nominals = hasVideo ? rungsWithVideo : audioOnlyRungs
  return nominals
    .map((nominal) => ({ nominal, kilobits: channels === 1 ? monoKilobits(nominal) : nominal }))
    .filter(
      ({ nominal, kilobits }, i) => i === 0 || (kilobits <= enough && nominal * 1000 <= maxBitrate(source)),
    )
    .map(({ nominal, kilobits }) => ({
      name: `a${nominal}`,
      kilobits: Math.min(kilobits, enough),
      channels,
      sampleRate: outputSampleRate(source.sampleRate),
    }))
}

/** Returns the kilobits per second for one channel: about three fifths of the bit rate for two channels. */
const monoKilobits = (kilobits: number): number => Math.max(48, Math.round(kilobits * 0.6))

/**
 * Returns the maximum useful bit rate in bits per second. A rendition of a lossy source does not become
 * better above this bit rate.
 */
const maxBitrate = ({ codec, bitrate }: AudioSource): number =>
  LOSSY.test(codec) && bitrate !== null ? bitrate * 1.3 : Number.POSITIVE_INFINITY

/**
 * Returns the maximum useful bit rate of one channel in kilobits per second. Audio contains no frequencies
 * above half of its sample rate. So 32 are enough for telephone audio, which has 8,000 samples per second.
 */
const maxUsefulKilobits = (sampleRate: number): number =>
  sampleRate >= 44_100 ? Number.POSITIVE_INFINITY : Math.max(32, Math.round((sampleRate * 3) / 1000))

/**
 * Returns the sample rate (Hz) of a rendition: 44,100 for a source with a multiple or divisor of it,
 * otherwise 48,000. Every player supports both.
 */
const outputSampleRate = (sampleRate: number): number =>
  sampleRate > 0 && (44_100 % sampleRate === 0 || sampleRate % 44_100 === 0) ? 44_100 : 48_000
