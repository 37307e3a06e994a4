import type { KeyFile } from '../composition/key-files.ts'
import { type TokenUse, tokenUses } from '../ports/explain-token.ts'
import type { DoctorFinding } from './doctor-findings.ts'

const names = { image: 'pictures', content: 'sounds and films', id: 'admins' } as const
const settings = { image: 'IMAGE_TOKEN_KEYS', content: 'CONTENT_TOKEN_KEYS', id: 'ID_TOKEN_SECRET' } as const

const remedies = {
  missing:
    'set DATA_DIR to the folder of your library, or restore the file from a backup; `larder serve` creates ' +
    'a new file, which invalidates all existing tokens',
  unreadable: 'give it the same owner as DATA_DIR: see data folder',
  malformed: 'restore it from a backup',
} as const

/** Describes the source of each key, and the faults of key files. The result contains no part of a key. */
export const describeKeyFiles = (files: ReadonlyArray<KeyFile>): DoctorFinding => {
  const sourceOf = (use: TokenUse): string => {
    const keyFile = files.find((file) => file.use === use)
    return `${names[use]} from ${keyFile === undefined ? settings[use] : keyFile.folder}`
  }
  const faults = files.flatMap(({ fault }) => (fault === null ? [] : [fault]))
  return {
    name: 'token keys',
    detail: tokenUses.map(sourceOf).join(', '),
    fault: faults.length === 0 ? null : faults.map(({ text }) => text).join(', '),
    remedy: [...new Set(faults.map(({ kind }) => remedies[kind]))].join('; '),
  }
}
