import { expect } from 'chai'
import { jobLine } from '../../src/cli/job-line.ts'
import type { Job } from '../../src/domain/jobs/job.ts'
import { jobAsJson } from '../../src/domain/jobs/job-json.ts'
import { aNewJob } from '../support/builders.ts'

const job = (overrides: Partial<Job>): Job => ({
  ...aNewJob(),
  state: 'waiting',
  priority: 0,
  attempt: 0,
  lost: 0,
  error: null,
  isRefused: false,
  warnings: [],
  worker: null,
  progress: 0,
  stage: null,
  speed: null,
  etaSeconds: null,
  createdAt: 0,
  startedAt: null,
  endedAt: null,
  ...overrides,
})

describe('the line of a job', () => {
  it('tells how far a running job is, its step, its speed and the time left, as far as they are known', () => {
    const running = { state: 'running', progress: 0.429 } as const
    const known = job({ ...running, stage: 'encoding', speed: 2.56, etaSeconds: 12.2 })
    expect(jobLine(jobAsJson(known))).to.equal(
      `${known.uid}  running 42 %, encoding, 2.6×, 13 s left  exports  ${known.media.uid}`,
    )
    expect(jobLine(jobAsJson(job(running)))).to.include('  running 42 %  exports')
  })

  it('ends with the last error', () => {
    expect(jobLine(jobAsJson(job({ state: 'failed', error: 'no stream' })))).to.match(
      / {2}failed {2}.* {2}no stream$/,
    )
  })
})
