import { expect } from 'chai'
import { helpWanted } from '../../src/cli/help.ts'

describe('help', () => {
  it('is given of all commands, or of the one that is named', () => {
    expect(helpWanted('help', [])).to.equal('all')
    expect(helpWanted('--help', [])).to.equal('all')
    expect(helpWanted('-h', ['add'])).to.equal('add')
    expect(helpWanted('help', ['add'])).to.equal('add')
  })

  it('is given wherever it stands among the words of a command', () => {
    expect(helpWanted('token', ['if_x', '-h'])).to.equal('token')
    expect(helpWanted('serve', ['--help'])).to.equal('serve')
  })

  it('is not asked for by a file of that name', () => {
    expect(helpWanted('add', ['--', '--help'])).to.equal(null)
    expect(helpWanted('add', ['help'])).to.equal(null)
  })
})
