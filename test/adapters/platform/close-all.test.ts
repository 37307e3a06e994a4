import { expect } from 'chai'
import { CloseError, closeAll } from '../../../src/adapters/platform/close-all.ts'

describe('closing everything [V29]', () => {
  it('runs every step even if others fail, hang or throw synchronously, and reports those', async () => {
    const closed: string[] = []
    const step = (name: string, close: () => Promise<void> = async () => undefined) => ({
      name,
      close: () => {
        closed.push(name)
        return close()
      },
    })
    const error = await closeAll([
      [step('cache', async () => Promise.reject(new Error('EIO')))],
      [
        step('store', () => {
          throw new Error('at once')
        }),
        step('after the store'),
      ],
      [step('database', () => new Promise(() => undefined)), step('embedded database')],
    ]).catch((cause) => cause)
    expect(closed).to.have.members(['cache', 'store', 'after the store', 'database', 'embedded database'])
    expect(closed.indexOf('embedded database')).to.be.above(closed.indexOf('database'))
    expect(error).to.be.instanceOf(CloseError)
    expect(error.message.replace(/[\d.]+ s$/m, 'so many s').split('\n')).to.have.members([
      'the cache could not be closed: EIO',
      'the store could not be closed: at once',
      'the database could not be closed: no answer within so many s',
    ])
  })
})
