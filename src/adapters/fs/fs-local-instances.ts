import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InstanceUid } from '../../domain/media/ids.ts'
import { unavailable } from '../../domain/shared/errors.ts'
import { TE } from '../../fp.ts'
import type { LocalInstances } from '../../ports/local-instances.ts'
import { createFolder } from '../platform/create-folder.ts'
import { orIfNotFound } from '../platform/errno.ts'
import { isLeftover } from '../platform/leftovers.ts'
import { identityPattern, type ProcessIdentity } from '../platform/process-identity.ts'
import type { ProcessLiveness } from '../platform/process-liveness.ts'

type Note = { readonly path: string; readonly owner: ProcessIdentity; readonly uid: InstanceUid }

const noteName = new RegExp(`^(${identityPattern})\\.(.+)$`)

/** Keeps each note as an empty file, `{identity of the process}.{uid of the instance}`, in a folder of their own. */
export const createFsLocalInstances = (
  folder: string,
  { announce, stateOf }: Pick<ProcessLiveness, 'announce' | 'stateOf'>,
): LocalInstances => {
  const failed = unavailable('notes of instances')
  const announced = new Map<InstanceUid, () => void>()

  const notes = async (): Promise<ReadonlyArray<Note>> =>
    (await orIfNotFound(readdir(folder), [])).flatMap((name) => {
      const [, owner, uid] = noteName.exec(name) ?? []
      return owner !== undefined && InstanceUid.is(uid) ? [{ path: join(folder, name), owner, uid }] : []
    })

  return {
    add: (uid) =>
      TE.tryCatch(async () => {
        const { identity, release } = await announce()
        announced.set(uid, release)
        await createFolder(folder)
        await writeFile(join(folder, `${identity}.${uid}`), '', { mode: 0o600 })
      }, failed),

    remove: (uid) =>
      TE.tryCatch(async () => {
        for (const note of await notes()) if (note.uid === uid) await rm(note.path, { force: true })
        announced.get(uid)?.()
        announced.delete(uid)
      }, failed),

    listEnded: TE.tryCatch(async () => {
      const ended: InstanceUid[] = []
      for (const { path, owner, uid } of await notes()) {
        if (stateOf(owner) === 'gone') ended.push(uid)
        // The database has forgotten an instance after this time, too.
        else if (await isLeftover(path, owner, stateOf)) await rm(path, { force: true })
      }
      return ended
    }, failed),
  }
}
