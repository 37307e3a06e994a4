import { parseArgs } from 'node:util'
import { expect } from 'chai'
import { explainUsage } from '../../src/cli/explain-usage.ts'

describe('wrong arguments of a command', () => {
  const explained = (...args: ReadonlyArray<string>): string => {
    try {
      parseArgs({
        args: [...args],
        options: { ttl: { type: 'string' }, public: { type: 'boolean' } },
        allowPositionals: true,
      })
    } catch (error) {
      return explainUsage(error as Error, 'add', 'add FILE… [--ttl S] [--public|--private] [-- FILE]')
    }
    return ''
  }

  it('are explained in one line, with the arguments to type instead', () => {
    for (const [args, line] of [
      [
        ['--ttl', '-5'],
        '--ttl is followed by something that looks like an option; if it is the value, write --ttl=VALUE',
      ],
      [
        ['-dash.gif'],
        "Unknown option '-d'; put a file name that begins with - after --; see: larder help add",
      ],
      [
        ['--wat'],
        "Unknown option '--wat'; the options are --ttl, --public, --private, --json; see: larder help add",
      ],
      [['--ttl'], "Option '--ttl <value>' argument missing; see: larder help add"],
    ] as const)
      expect(explained(...args)).to.equal(line)
  })
})
