import type { InstanceUid } from '../../domain/media/ids.ts'
import { TE } from '../../fp.ts'
import type { LocalInstances } from '../../ports/local-instances.ts'

/** What several processes share, as processes share a folder. */
export type MemoryNotes = Map<InstanceUid, { readonly isAlive: () => boolean }>

/** Keeps notes in memory, for tests. `isAlive` says whether the process of this adapter lives. */
export const createMemoryLocalInstances = (
  notes: MemoryNotes = new Map(),
  isAlive: () => boolean = () => true,
): LocalInstances => ({
  add: (uid) =>
    TE.fromIO(() => {
      notes.set(uid, { isAlive })
    }),
  remove: (uid) =>
    TE.fromIO(() => {
      notes.delete(uid)
    }),
  listEnded: TE.fromIO(() => [...notes].flatMap(([uid, note]) => (note.isAlive() ? [] : [uid]))),
})
