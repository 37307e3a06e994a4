import { expect } from 'chai'
import { createRecentPaths } from '../../src/http/recent-paths.ts'

describe('recent paths', () => {
  it('are those of the last replies, at least `count` and at most twice as many', () => {
    const recent = createRecentPaths(3)
    const paths = Array.from({ length: 20 }, (_, index) => `/${index}`)
    for (const [index, path] of paths.entries()) {
      recent.add(path)
      const found = paths.filter((each) => recent.has(each))
      expect(found).to.include.members(paths.slice(Math.max(0, index - 2), index + 1))
      expect(found).to.have.length.at.most(6)
    }
  })

  it('are the same for all tokens and queries', () => {
    const recent = createRecentPaths()
    recent.add('/api/1/~a.b.c/image_files/x?w=1')
    for (const url of [
      '/api/1/image_files/x',
      '/api/1/image_files/x?jwt=a.b.c',
      '/api/1/~d.e.f/image_files/x',
    ])
      expect(recent.has(url), url).to.equal(true)
    expect(recent.has('/api/1/image_files/y')).to.equal(false)
  })
})
