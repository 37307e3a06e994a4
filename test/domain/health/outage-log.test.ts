import { expect } from 'chai'
import { createOutageLog } from '../../../src/domain/health/outage-log.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { createRecordingLog } from '../../support/recording-log.ts'

describe('outage log', () => {
  let now: number
  const make = () => {
    now = 1_000_000
    const { log, entries } = createRecordingLog()
    const logged = () => entries.map(({ level, event, fields }) => [level, event, fields])
    return {
      ...createOutageLog(
        log,
        asMonotonic(() => now),
      ),
      logged,
    }
  }

  it('[V29] writes a line at the start, one each minute, and one at the end, however many requests fail', () => {
    const { failed, answered, logged } = make()
    for (let second = 0; second < 150; second += 1) {
      for (let i = 0; i < 1000; i += 1) failed('database', { cause: `failure ${second}` })
      now += 1000
    }
    answered('database')
    answered('database')
    expect(logged()).to.deep.equal([
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

  it('[V29] measures an outage until the first successful answer, not until the last failure', () => {
    const { failed, answered, logged } = make()
    failed('database', {})
    now += 8000
    answered('database')
    expect(logged().at(-1)).to.deep.equal([
      'warn',
      'outage.ended',
      { dependency: 'database', seconds: 8, failures: 1 },
    ])
  })

  it('[V29] logs nothing about a dependency that answers', () => {
    const { failed, answered, logged } = make()
    answered('database')
    failed('object store', {})
    answered('database')
    expect(logged().length).to.equal(1)
  })

  it('[V29] reports the outage of each dependency separately', () => {
    const { failed, answered, logged } = make()
    failed('database', {})
    failed('object store', {})
    answered('object store')
    expect(
      logged().map(([, event, fields]) => [event, (fields as { dependency: string }).dependency]),
    ).to.deep.equal([
      ['outage.started', 'database'],
      ['outage.started', 'object store'],
      ['outage.ended', 'object store'],
    ])
  })

  it('[V29] does not fill the log when a dependency fails and recovers repeatedly', () => {
    const { failed, answered, logged } = make()
    for (let i = 0; i < 1200; i += 1) {
      failed('database', {})
      answered('database')
      now += 100
    }
    expect(logged().map(([, event]) => event)).to.deep.equal([
      'outage.started',
      'outage.ended',
      'outage.started',
      'outage.ended',
    ])
  })

  it('[V29] ends the outage of a dependency that never reports success when another outage begins much later', () => {
    const { failed, logged } = make()
    failed('transcoder', {})
    now += 3_600_000
    failed('transcoder', {})
    expect(logged().map(([, event]) => event)).to.deep.equal([
      'outage.started',
      'outage.ended',
      'outage.started',
    ])
  })
})
