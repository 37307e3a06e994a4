import { expect } from 'chai'
import { unavailable } from '../../src/domain/shared/errors.ts'
import type { SweepReport } from '../../src/domain/sweep/store-sweep.ts'
import { TE } from '../../src/fp.ts'
import { describeSweep } from '../../src/terminal/describe-sweep.ts'
import { createSweepTask } from '../../src/worker/sweep-task.ts'
import { anImageFileUid } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { silentLog } from '../support/recording-log.ts'

const object = { key: 's3_files/s3f_0123456789012345678901', size: 1, modifiedAt: 0 }
const lost = {
  ...{ key: object.key, size: 1, found: null, kind: 'image' as const },
  ...{ uid: anImageFileUid(), isOriginal: true },
}
const counts = {
  ...{ objects: 10, uploads: 0, isWhole: true, replaced: { objects: 3, bytes: 300 } },
  ...{ missing: [], isMissingWhole: true, remade: 0 },
  purged: { files: 2, objects: 4 },
}

const reports: ReadonlyArray<SweepReport> = [
  { result: 'busy' },
  { result: 'foreign', other: 'lib_theirs', ours: 'lib_ours' },
  { result: 'unproven', ours: 'lib_ours', looked: 10, named: 1 },
  { result: 'displaced', ours: 'lib_ours' },
  { result: 'braked', orphans: [object], ...counts },
  { result: 'braked', orphans: [object], ...counts, replaced: { objects: 0, bytes: 0 } },
  { result: 'swept', deleted: [], ...counts, missing: [lost] },
  { result: 'looked', orphans: [object], ...counts },
  { result: 'swept', deleted: [object], ...counts },
]

/** Runs the task on a report, and returns what an operator sees. */
const runTask = async (report: SweepReport) => {
  const [printed, failures]: [string[], unknown[]] = [[], []]
  const task = createSweepTask({ sweep: () => TE.right(report), log: silentLog }, {
    print: (line) => printed.push(line),
  } as Parameters<typeof createSweepTask>[1])
  const signal = new AbortController().signal
  await right(task.run({ signal, failed: (error) => failures.push(error) }))
  return { printed, failures }
}

describe('the report of a sweep', () => {
  it('says that nothing was deleted only if nothing was', () => {
    for (const report of reports) {
      const text = describeSweep(report).join('\n')
      const hasDeleted = /\d objects? [^\n]*(?<!be )deleted/.test(text)
      expect(hasDeleted && text.includes('nothing was deleted'), text).to.equal(false)
      if ('replaced' in report && report.replaced.objects > 0) expect(text).to.match(/3 objects of replaced/)
    }
  })

  it('reaches the operator of a server completely if the sweep needs attention', async () => {
    for (const report of reports.slice(1, 7)) {
      const { printed, failures } = await runTask(report)
      const lines = describeSweep(report)
      expect(printed.map((line) => line.trim())).to.deep.equal(lines)
      expect(failures).to.deep.equal([unavailable('object store')(lines.join('; '))])
    }
  })
})
