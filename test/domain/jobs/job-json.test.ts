import { expect } from 'chai'
import { type Job, jobStates } from '../../../src/domain/jobs/job.ts'
import { jobAsJson } from '../../../src/domain/jobs/job-json.ts'
import { aNewJob } from '../../support/builders.ts'

describe('a job in the form of the HTTP API', () => {
  it('has a time left only while it runs: what its worker reported last is stored for longer (§12.1)', () => {
    const job: Omit<Job, 'state'> = {
      ...aNewJob(),
      ...{ progress: 0.6, stage: 'making exports', speed: 2, etaSeconds: 12.5 },
      ...{ attempt: 0, lost: 0, priority: 0, error: null, isRefused: false, warnings: [], worker: 'a:1' },
      ...{ createdAt: 0, startedAt: 1000, endedAt: null },
    }
    const times = jobStates.map((state) => [state, jobAsJson({ ...job, state }).eta_seconds])
    expect(Object.fromEntries(times)).to.deep.equal({
      ...{ waiting: null, running: 12.5, done: null, failed: null, cancelled: null },
    })
  })
})
