import * as t from 'io-ts'

/** `main`: for all viewers. `aside`: for some viewers only, or not playable by itself. */
type Standing = 'main' | 'dub' | 'aside'

/** Purposes of a stream under FFmpeg's names (AV_DISPOSITION_*). `words` follow its codec in messages. */
export const streamPurposes = {
  original: { standing: 'main', words: 'original' },
  dub: { standing: 'dub', words: 'dubbed' },
  comment: { standing: 'aside', words: 'commentary' },
  lyrics: { standing: 'aside', words: 'lyrics' },
  karaoke: { standing: 'aside', words: 'karaoke' },
  hearing_impaired: { standing: 'aside', words: 'for the hard of hearing' },
  visual_impaired: { standing: 'aside', words: 'audio description' },
  descriptions: { standing: 'aside', words: 'audio description' },
  clean_effects: { standing: 'aside', words: 'without speech' },
  non_diegetic: { standing: 'aside', words: 'from outside the scene' },
  dependent: { standing: 'aside', words: 'to be mixed with another stream' },
  still_image: { standing: 'aside', words: 'a still picture' },
} as const satisfies Readonly<Record<string, { readonly standing: Standing; readonly words: string }>>

export type StreamPurpose = keyof typeof streamPurposes

export const StreamPurpose = t.keyof(streamPurposes)

export const purposesOf = (has: (purpose: StreamPurpose) => boolean): ReadonlyArray<StreamPurpose> =>
  (Object.keys(streamPurposes) as ReadonlyArray<StreamPurpose>).filter(has)

/** Words for the purposes, without duplicates. */
export const purposeWords = (purposes: ReadonlyArray<StreamPurpose>): ReadonlyArray<string> =>
  purposes.map((purpose) => streamPurposes[purpose].words).filter((words, i, all) => all.indexOf(words) === i)

type WithPurposes = { readonly purposes: ReadonlyArray<StreamPurpose> }

export const isSecondaryStream = ({ purposes }: WithPurposes): boolean =>
  purposes.some((purpose) => streamPurposes[purpose].standing === 'aside')

/** Order among streams of the same standing and default flag: the original, any other, a dub. */
export const languageRank = ({ purposes }: WithPurposes): number =>
  purposes.includes('original') ? 0 : purposes.includes('dub') ? 2 : 1
