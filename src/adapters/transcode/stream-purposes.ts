import * as t from 'io-ts'

/**
 * Importance of a stream with a purpose. `main`: the stream is for all viewers. `dub`: it is a translation.
 * `aside`: it is only for some viewers, or cannot be played alone.
 */
type Standing = 'main' | 'dub' | 'aside'

/**
 * Purposes of a stream under FFmpeg's names (AV_DISPOSITION_*). In messages to users, `words` come after the
 * codec of the stream.
 */
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

export const purposesWhere = (has: (purpose: StreamPurpose) => boolean): ReadonlyArray<StreamPurpose> =>
  (Object.keys(streamPurposes) as ReadonlyArray<StreamPurpose>).filter(has)

/** Returns the words for the purposes of a stream, without duplicates. */
export const purposeWords = (purposes: ReadonlyArray<StreamPurpose>): ReadonlyArray<string> =>
  purposes.map((purpose) => streamPurposes[purpose].words).filter((words, i, all) => all.indexOf(words) === i)

type WithPurposes = { readonly purposes: ReadonlyArray<StreamPurpose> }

export const isSecondaryStream = ({ purposes }: WithPurposes): boolean =>
  purposes.some((purpose) => streamPurposes[purpose].standing === 'aside')

/**
 * Returns a rank among streams with the same standing and default flag. The original language comes first
 * (0), a dub comes last (2).
 */
export const languageRank = ({ purposes }: WithPurposes): number =>
  purposes.includes('original') ? 0 : purposes.includes('dub') ? 2 : 1
