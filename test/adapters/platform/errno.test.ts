import { expect } from 'chai'
import { failedWithFile } from '../../../src/adapters/platform/errno.ts'

describe('failedWithFile', () => {
  const failureOf = (code: string) => failedWithFile('transcoder')(Object.assign(new Error(code), { code }))

  for (const code of ['ENOSPC', 'EDQUOT', 'EMFILE', 'EAGAIN', 'EROFS', 'ENOENT'])
    it(`does not suspect the file: ${code}`, () => {
      expect(failureOf(code)).not.to.have.property('isInputSuspected')
    })

  for (const code of ['EIO', 'ERR_OUT_OF_RANGE'])
    it(`suspects the file: ${code}`, () => {
      expect(failureOf(code)).to.include({ dependency: 'transcoder', isInputSuspected: true })
    })

  it('suspects the file after an exception of the code', () => {
    expect(failedWithFile('transcoder')(new RangeError('a bug'))).to.include({ isInputSuspected: true })
  })
})
