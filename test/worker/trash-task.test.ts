import { expect } from 'chai'
import type { StoreRefusal } from '../../src/domain/sweep/store-identity.ts'
import type { PurgedFiles } from '../../src/domain/sweep/trash-sweep.ts'
import { O, TE } from '../../src/fp.ts'
import { createTrashTask } from '../../src/worker/trash-task.ts'
import { right } from '../support/expect-right.ts'
import { createRecordingLog } from '../support/recording-log.ts'

const foreign = { refused: { result: 'foreign' as const, other: 'lib_theirs', ours: 'lib_ours' } }
const displaced = { refused: { result: 'displaced' as const, ours: 'lib_ours' } }
const others = { refused: { result: 'foreign' as const, other: 'lib_others', ours: 'lib_ours' } }
const purged = { files: 1, objects: 2 }

describe('the task that empties the trash', () => {
  it('logs once that it may not delete from the store, and again if anything of it changes or after it could', async () => {
    const { log, entries } = createRecordingLog()
    let outcome: PurgedFiles | { readonly refused: StoreRefusal } | null = null
    const task = createTrashTask({
      trashSweep: {
        run: () => TE.fromIO(() => O.fromNullable(outcome)),
        empty: () => TE.right(purged),
        count: TE.right({ files: 0, objects: null }),
        removePurged: () => TE.right('gone' as const),
      },
      log,
    })
    const signal = new AbortController().signal
    const nothing = { files: 0, objects: 0 }
    const outcomes = [
      ...[foreign, null, foreign, others, nothing, others],
      ...[displaced, null, displaced, purged, displaced],
    ]
    for (const each of outcomes) {
      outcome = each
      await right(task.run({ signal, failed: () => expect.fail('no failure') }))
    }
    expect(
      entries.map(({ event, fields }) => [event, /library (\w+)/.exec(String(fields.cause))?.[1]]),
    ).to.deep.equal([
      ['trash.refused', 'lib_theirs'],
      ['trash.refused', 'lib_others'],
      ['trash.refused', 'lib_others'],
      ['trash.refused', undefined],
      ['trash.purged', undefined],
      ['trash.refused', undefined],
    ])
  })
})
