import type { KeyFile } from '../composition/key-files.ts'
import type { Examined } from './doctor-facts.ts'

const names = { image: 'images', content: 'sounds and films', id: 'admins' } as const
const settings = { image: 'IMAGE_TOKEN_KEYS', content: 'CONTENT_TOKEN_KEYS', id: 'ID_TOKEN_SECRET' } as const
const uses = ['image', 'content', 'id'] as const

const remedies = {
  missing:
    'set DATA_DIR to the folder of your library, or copy the file from a backup; `larder serve` makes a new one, ' +
    'and tokens that were given out before are then no good',
  unreadable: 'give it back to the owner of DATA_DIR: see data folder',
  malformed: 'a backup of it has the right text',
} as const

/** Describes where each key comes from, and the faults of key files. Shows nothing of a key. */
export const describeKeys = (files: ReadonlyArray<KeyFile>): Examined => {
  const sourceOf = (use: (typeof uses)[number]): string => {
    const keyFile = files.find((file) => file.use === use)
    return `${names[use]} from ${keyFile === undefined ? settings[use] : keyFile.folder}`
  }
  const faults = files.flatMap(({ fault }) => (fault === null ? [] : [fault]))
  return {
    name: 'token keys',
    detail: uses.map(sourceOf).join(', '),
    fault: faults.length === 0 ? null : faults.map(({ text }) => text).join(', '),
    remedy: [...new Set(faults.map(({ kind }) => remedies[kind]))].join('; '),
  }
}
