import { expect } from 'chai'
import fc from 'fast-check'
import { createMemoryObjectStore } from '../../../src/adapters/memory/memory-object-store.ts'
import {
  createMemoryWorkLocks,
  type HeldLocks,
  heldSince,
} from '../../../src/adapters/memory/memory-work-locks.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { toStreamError } from '../../../src/domain/shared/stream-failure.ts'
import { createStoreSweep } from '../../../src/domain/sweep/store-sweep.ts'
import { TE } from '../../../src/fp.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import type { StoredFileRepository } from '../../../src/ports/stored-file-repository.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { aStoredFile } from '../../support/builders.ts'
import { silentLog } from '../../support/recording-log.ts'
import {
  createSweptLibrary,
  emptyTrashSweep,
  hour,
  keysIn,
  neverAborted,
  putText,
} from '../../support/sweep-scene.ts'

describe('[V24] a sweep that fails anywhere', () => {
  it('never deletes an object that a row names, or that is younger than 48 hours, in any mode', async () => {
    const object = fc.record({
      age: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.constantFrom(47, 48, 49)),
      isNamed: fc.boolean(),
      form: fc.constantFrom('own', 'prefixed', 'foreign'),
    })
    const run = fc.record({
      objects: fc.array(object, { maxLength: 60 }),
      mode: fc.constantFrom('within limits' as const, 'repair' as const, 'dry run' as const),
      workAge: fc.option(fc.integer({ min: 0, max: 300 }), { nil: null }),
      isJob: fc.boolean(),
      breaksAt: fc.option(fc.nat(60), { nil: null }),
      namedLater: fc.nat(5),
    })
    await fc.assert(
      fc.asyncProperty(run, async ({ objects, mode, workAge, isJob, breaksAt, namedLater }) => {
        let now = 1_800_000_000_000
        const inner = createMemoryObjectStore(() => now)
        const names = new Set<string>()
        const end = now + 200 * hour
        const expected = new Set<string>()
        for (const { age, isNamed, form } of objects) {
          now = end - age * hour
          const uid = aStoredFile().uid
          const key = { own: `s3_files/${uid}`, prefixed: `s3_files/acme_${uid}`, foreign: `other/${uid}` }[
            form
          ]
          await putText(inner, key)
          if (isNamed) names.add(key)
          if (isNamed || age <= 48 || form === 'foreign' || (workAge !== null && age <= workAge))
            expected.add(key)
        }
        now = end
        const holders: HeldLocks = new Map(
          workAge === null || isJob ? [] : [['add:1', heldSince(end - workAge * hour)]],
        )
        let listed = 0
        const breaking: ObjectStore = {
          ...inner,
          list: async function* (prefix, after) {
            for await (const one of inner.list(prefix, after)) {
              if (prefix === 's3_files/' && listed++ === breaksAt)
                throw toStreamError(unavailable('object store')('x'))
              yield one
            }
          },
        }
        let queries = 0
        const storedFiles: StoredFileRepository = {
          libraryUid: TE.right('lib_ours'),
          filterReferencedKeys: (keys) => async () => {
            if (queries++ === 1)
              for (const key of keys.slice(0, namedLater)) {
                names.add(key)
                expected.add(key)
              }
            return TE.right(new Set(keys.filter((key) => names.has(key))))()
          },
          listRows: () => TE.right([]),
          findUses: () => TE.right([]),
        }
        const sweep = createStoreSweep({
          ...createSweptLibrary(() => now),
          store: breaking,
          storedFiles,
          trashSweep: emptyTrashSweep,
          trash: { isInTrash: () => TE.right(false) },
          locks: createMemoryWorkLocks(
            asMonotonic(() => now),
            holders,
          ),
          remake: () => TE.right(undefined),
          jobs: { oldestRunningAge: TE.right(isJob ? (workAge ?? 0) * hour : 0) },
          clock: () => now,
          log: silentLog,
        })
        await sweep(mode, neverAborted)()
        expect(await keysIn(inner)).to.include.members([...expected])
      }),
      { numRuns: 150 },
    )
  })
})
