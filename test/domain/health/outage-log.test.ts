import { expect } from 'chai'
import { createOutageLog } from '../../../src/domain/health/outage-log.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { createRecordingLog } from '../../support/recording-log.ts'

describe('outage log', () => {
  let now: number
  const make = () => {
    now = 1_000_000
    const { log, entries } = createRecordingLog()
    const told = () => entries.map(({ level, event, fields }) => [level, event, fields])
    return {
      ...createOutageLog(
        log,
        asMonotonic(() => now),
      ),
      told,
    }
  }

  it('[V29] is a line at the start, one a minute, and one at the end, however many requests fail', () => {
    const { failed, answered, told } = make()
    for (let second = 0; second < 150; second += 1) {
      for (let i = 0; i < 1000; i += 1) failed('database', { cause: `failure ${second}` })
      now += 1000
    }
    answered('database')
    answered('database')
    expect(told()).to.deep.equal([
      ['warn', 'outage.started', { dependency: 'database', cause: 'failure 0' }],
      [
        'warn',
        'outage.goes_on',
        { dependency: 'database', seconds: 60, failures: 60_001, cause: 'failure 60' },
      ],
      [
        'warn',
        'outage.goes_on',
        { dependency: 'database', seconds: 120, failures: 120_001, cause: 'failure 120' },
      ],
      ['warn', 'outage.ended', { dependency: 'database', seconds: 150, failures: 150_000 }],
    ])
  })

  it('[V29] lasts until the answer, and not until the last failure', () => {
    const { failed, answered, told } = make()
    failed('database', {})
    now += 8000
    answered('database')
    expect(told().at(-1)).to.deep.equal([
      'warn',
      'outage.ended',
      { dependency: 'database', seconds: 8, failures: 1 },
    ])
  })

  it('[V29] says nothing of a dependency that answers', () => {
    const { failed, answered, told } = make()
    answered('database')
    failed('object store', {})
    answered('database')
    expect(told().length).to.equal(1)
  })

  it('[V29] keeps dependencies apart', () => {
    const { failed, answered, told } = make()
    failed('database', {})
    failed('object store', {})
    answered('object store')
    expect(
      told().map(([, event, fields]) => [event, (fields as { dependency: string }).dependency]),
    ).to.deep.equal([
      ['outage.started', 'database'],
      ['outage.started', 'object store'],
      ['outage.ended', 'object store'],
    ])
  })

  it('[V29] does not fill the log when a dependency comes and goes', () => {
    const { failed, answered, told } = make()
    for (let i = 0; i < 1200; i += 1) {
      failed('database', {})
      answered('database')
      now += 100
    }
    expect(told().map(([, event]) => event)).to.deep.equal([
      'outage.started',
      'outage.ended',
      'outage.started',
      'outage.ended',
    ])
  })

  it('[V29] ends the outage of one that never says that it answers when another begins much later', () => {
    const { failed, told } = make()
    failed('transcoder', {})
    now += 3_600_000
    failed('transcoder', {})
    expect(told().map(([, event]) => event)).to.deep.equal([
      'outage.started',
      'outage.ended',
      'outage.started',
    ])
  })
})
