import { expect } from 'chai'
import { requestedHelpTopic } from '../../src/cli/help.ts'

describe('help', () => {
  it('is for all commands, or for the command that is named', () => {
    expect(requestedHelpTopic('help', [])).to.equal('all')
    expect(requestedHelpTopic('--help', [])).to.equal('all')
    expect(requestedHelpTopic('-h', ['add'])).to.equal('add')
    expect(requestedHelpTopic('help', ['add'])).to.equal('add')
  })

  it('is recognised anywhere among the arguments of a command', () => {
    expect(requestedHelpTopic('token', ['if_x', '-h'])).to.equal('token')
    expect(requestedHelpTopic('serve', ['--help'])).to.equal('serve')
  })

  it('is not requested by a file with that name', () => {
    expect(requestedHelpTopic('add', ['--', '--help'])).to.equal(null)
    expect(requestedHelpTopic('add', ['help'])).to.equal(null)
  })
})
