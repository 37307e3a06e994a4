import { expect } from 'chai'
import { helpWanted } from '../../src/cli/help.ts'

describe('help', () => {
  it('is for all commands, or for the named one', () => {
    expect(helpWanted('help', [])).to.equal('all')
    expect(helpWanted('--help', [])).to.equal('all')
    expect(helpWanted('-h', ['add'])).to.equal('add')
    expect(helpWanted('help', ['add'])).to.equal('add')
  })

  it('is recognised anywhere among the arguments of a command', () => {
    expect(helpWanted('token', ['if_x', '-h'])).to.equal('token')
    expect(helpWanted('serve', ['--help'])).to.equal('serve')
  })

  it('is not requested by a file of that name', () => {
    expect(helpWanted('add', ['--', '--help'])).to.equal(null)
    expect(helpWanted('add', ['help'])).to.equal(null)
  })
})
