import type { AudioRung, AudioSource } from './media-plan.ts'

const LOSSY = /^(mp[23]|aac|opus|vorbis|wma|e?ac3|amr)/

/** Nominal kilobits a second, of two channels. */
const soundAlone = [64, 128, 256]
const soundBesidePictures = [128]

export const planAudio = (source: AudioSource, besidePictures: boolean): ReadonlyArray<AudioRung> => {
  const channels = source.channels === 1 ? 1 : 2
  const enough = enoughFor(source.sampleRate) * channels
  const nominals = besidePictures ? soundBesidePictures : soundAlone
  return nominals
    .map((nominal) => ({ nominal, kilobits: channels === 1 ? ofOneChannel(nominal) : nominal }))
    .filter(
      ({ nominal, kilobits }, i) => i === 0 || (kilobits <= enough && nominal * 1000 <= ceilingOf(source)),
    )
    .map(({ nominal, kilobits }) => ({
      name: `a${nominal}`,
      kilobits: Math.min(kilobits, enough),
      channels,
      sampleRate: rateFor(source.sampleRate),
    }))
}

/** One channel needs about three fifths of what two need. */
const ofOneChannel = (kilobits: number): number => Math.max(48, Math.round(kilobits * 0.6))

/** Bits a second that a lossy source can make use of. */
const ceilingOf = ({ codec, bitrate }: AudioSource): number =>
  LOSSY.test(codec) && bitrate !== null ? bitrate * 1.3 : Number.POSITIVE_INFINITY

/**
 * Kilobits a second of a channel beyond which nothing is gained: a sampling rate carries sound up to half of it, so
 * that a telephone's 8 kHz are all there at 32.
 */
const enoughFor = (sampleRate: number): number =>
  sampleRate >= 44_100 ? Number.POSITIVE_INFINITY : Math.max(32, Math.round((sampleRate * 3) / 1000))

/** One of the two rates that every player has: that of which the source's is a whole part or multiple. */
const rateFor = (sampleRate: number): number =>
  sampleRate > 0 && (44_100 % sampleRate === 0 || sampleRate % 44_100 === 0) ? 44_100 : 48_000
