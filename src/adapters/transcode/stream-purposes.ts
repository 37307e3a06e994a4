import * as t from 'io-ts'

/** `main`: what a film is for all viewers. `aside`: for some of them, or no part of the film by itself. */
type Standing = 'main' | 'dub' | 'aside'

/** What a stream may say that it is for, by FFmpeg's names (AV_DISPOSITION_*). `words` go behind its codec. */
export const purposeMeanings = {
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

export type Purpose = keyof typeof purposeMeanings

export const Purpose = t.keyof(purposeMeanings)

/** Dispositions that make no stream better or worse than another, or have a field of their own. */
export const otherDispositions: ReadonlyArray<string> = [
  ...['default', 'attached_pic', 'timed_thumbnails'],
  ...['forced', 'captions', 'metadata', 'multilayer'],
]

export const purposesOf = (has: (purpose: Purpose) => boolean): ReadonlyArray<Purpose> =>
  (Object.keys(purposeMeanings) as ReadonlyArray<Purpose>).filter(has)

/** Each meaning once. */
export const purposeWords = (purposes: ReadonlyArray<Purpose>): ReadonlyArray<string> =>
  purposes
    .map((purpose) => purposeMeanings[purpose].words)
    .filter((words, i, all) => all.indexOf(words) === i)

type Purposeful = { readonly purposes: ReadonlyArray<Purpose> }

export const isAside = ({ purposes }: Purposeful): boolean =>
  purposes.some((purpose) => purposeMeanings[purpose].standing === 'aside')

/** Of two streams that are or are not aside alike, and alike default: the original, any other, a dub. */
export const languageRank = ({ purposes }: Purposeful): number =>
  purposes.includes('original') ? 0 : purposes.includes('dub') ? 2 : 1
