import { expect } from 'chai'
import { connectionName } from '../../../src/adapters/knex/job-statements.ts'

describe('the name of a connection that takes jobs', () => {
  it('tells processes of one machine apart, however long the name of the machine is', () => {
    const host = `media-worker-${'x'.repeat(50)}`
    const names = [connectionName(`${host}:1`), connectionName(`${host}:2`)]
    expect(new Set(names).size).to.equal(2)
    for (const name of names) {
      expect(name).to.match(/^larder worker /)
      // PostgreSQL cuts off longer names.
      expect(name).to.have.length.at.most(63)
    }
  })
})
