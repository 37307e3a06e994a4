import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { unavailable } from '../../domain/shared/errors.ts'
import { TE } from '../../fp.ts'
import { ourIdentity } from '../platform/process-identity.ts'

/** Whether this process can write in `dir`, which it makes when it is not there. */
export const checkFolder = (what: string, dir: string): TE.TaskEither<Unavailable, void> =>
  TE.tryCatch(async () => {
    const probe = path.join(dir, `.probe-${ourIdentity}`)
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await writeFile(probe, '', { mode: 0o600 })
    await rm(probe, { force: true })
  }, unavailable(what))
