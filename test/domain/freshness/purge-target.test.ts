import { expect } from 'chai'
import { parsePurgeTarget } from '../../../src/domain/freshness/purge-target.ts'

describe('what an admin purges, as a text', () => {
  it('is a family by its template, a value or blob by its name, or all values of a uid', () => {
    for (const [text, target] of [
      ['image_files:playlist:{uid}', { family: 'image_files:playlist:{uid}' }],
      ['auth:is_admin:{sub}', { family: 'auth:is_admin:{sub}' }],
      ['image_files:playlist:if_1', { key: 'image_files:playlist:if_1' }],
      ['s3_files:s3f_1', { key: 's3_files:s3f_1' }],
      ['if_1', { uid: 'if_1' }],
      ['s3_files:{uid}', null],
      ['image_files:', null],
      ['a b', null],
    ] as const)
      expect(parsePurgeTarget(text), text).to.deep.equal(target)
  })
})
