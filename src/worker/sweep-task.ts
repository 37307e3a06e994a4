import type { Larder } from '../composition/larder.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { unavailable } from '../domain/shared/errors.ts'
import { E } from '../fp.ts'
import { describeSweep, needsAttention } from '../terminal/describe-sweep.ts'
import type { Terminal } from '../terminal/terminal.ts'

const pauseMs = 6 * 3_600_000
const pauseAfterBusyMs = 3_600_000

/** Creates the task that sweeps the object store when the server starts, and then every few hours. */
export const createSweepTask = (
  { sweep, log }: Pick<Larder, 'sweep' | 'log'>,
  terminal: Pick<Terminal, 'print'>,
): BackgroundTask => ({
  name: 'sweep',
  run:
    ({ signal, failed }) =>
    async () => {
      const swept = await sweep('within limits', signal)()
      if (E.isLeft(swept)) return swept
      const report = swept.right
      if (report.result === 'busy') return E.right({ againInMs: pauseAfterBusyMs })
      if (needsAttention(report)) {
        const lines = describeSweep(report)
        failed(unavailable('object store')(lines.join('; ')), 'sweep')
        for (const line of lines) terminal.print(`  ${line}`)
      } else if (report.result === 'swept') {
        const { objects, deleted, uploads, replaced } = report
        log.info('sweep.done', { objects, deleted: deleted.length, uploads, replaced: replaced.objects })
      }
      return E.right({ againInMs: pauseMs })
    },
})
