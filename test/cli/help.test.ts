import { readdir } from 'node:fs/promises'
import { expect } from 'chai'
import { addCommand } from '../../src/cli/add-command.ts'
import { type Command, usageError } from '../../src/cli/command.ts'
import { doctorCommand } from '../../src/cli/doctor-command.ts'
import { commandHelp, overviewHelp, requestedHelpTopic } from '../../src/cli/help.ts'
import { revokeCommand } from '../../src/cli/revoke-command.ts'
import { setCommand } from '../../src/cli/set-command.ts'
import { tokenCommand } from '../../src/cli/token-command.ts'

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

  it('fits a terminal of 80 columns, each column below its first line', () => {
    const commands = [tokenCommand, revokeCommand, doctorCommand]
    const texts = [overviewHelp(commands), ...commands.map(commandHelp)]
    expect(texts[1]).to.include(
      [
        '  --explain JWT  explains what a token opens, or why it is refused (exit code',
        '                 1); accepts a link or header; reads only keys, no revocations',
      ].join('\n'),
    )
    expect(texts[0]).to.include(
      [
        '  larder token UID [--ttl S] [--maxh N] [--clip A,B] | --explain JWT [--json]',
        '      Prints a token for a picture, sound or film and nothing else, or explains',
        '      what a token opens.',
      ].join('\n'),
    )
  })

  it('fits a terminal of 80 columns, of every command, also after a mistake', async () => {
    const names = (await readdir('src/cli')).filter((name) => name.endsWith('-command.ts'))
    const modules = await Promise.all(names.map((name) => import(`../../src/cli/${name}`)))
    const commands = modules
      .flatMap((module) => Object.values(module))
      .filter((value): value is Command => typeof value === 'object' && value !== null && 'usage' in value)
    expect(commands.length).to.be.greaterThan(20)
    for (const command of commands) {
      const texts = [overviewHelp([command]), commandHelp(command)]
      for (const line of [...texts.join('\n').split('\n'), ...usageError(command.usage).lines])
        expect(line.length, line).to.be.at.most(80)
      const words = texts.map((text) => text.split(/\s+/).join(' '))
      for (const text of [
        ...words,
        usageError(command.usage)
          .lines.map((line) => line.trim())
          .join(' '),
      ])
        expect(text).to.include(`larder ${command.usage} [--json]`)
    }
  })

  it('offers --public for files of every kind', () => {
    for (const { usage, words } of [addCommand, setCommand]) {
      const [, meaning] = words.find(([word]) => word.startsWith('--public')) ?? []
      expect(meaning, usage)
        .to.include('without a token')
        .and.not.match(/picture|image/)
    }
  })
})
