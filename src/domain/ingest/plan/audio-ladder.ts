import type { AudioRung, AudioSource } from './media-plan.ts'

const LOSSY = /^(mp[23]|aac|opus|vorbis|wma|e?ac3|amr)/

/** Nominal kilobits per second for two channels. */
const audioOnlyRungs = [64, 128, 256]
const rungsWithVideo = [128]

export const planAudio = (source: AudioSource, hasVideo: boolean): ReadonlyArray<AudioRung> => {
  const channels = source.channels === 1 ? 1 : 2
  const enough = enoughPerChannel(source.sampleRate) * channels
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

/** Returns the kilobits per second for one channel: about three fifths of what two channels need. */
const monoKilobits = (kilobits: number): number => Math.max(48, Math.round(kilobits * 0.6))

/** Returns the bit rate (bits per second) above which a rendition of a lossy source does not improve. */
const maxBitrate = ({ codec, bitrate }: AudioSource): number =>
  LOSSY.test(codec) && bitrate !== null ? bitrate * 1.3 : Number.POSITIVE_INFINITY

/**
 * Returns the kilobits per second for each channel above which quality does not improve. A sample rate
 * carries frequencies up to half of it, so the 8 kHz of telephone audio need no more than 32.
 */
const enoughPerChannel = (sampleRate: number): number =>
  sampleRate >= 44_100 ? Number.POSITIVE_INFINITY : Math.max(32, Math.round((sampleRate * 3) / 1000))

/**
 * Returns one of the two sample rates (Hz) that every player supports: 44,100 for its multiples and divisors.
 */
const outputSampleRate = (sampleRate: number): number =>
  sampleRate > 0 && (44_100 % sampleRate === 0 || sampleRate % 44_100 === 0) ? 44_100 : 48_000
