import { expect } from 'chai'
import type { CommandContext } from '../../src/cli/command.ts'
import { purgeCommand } from '../../src/cli/purge-command.ts'

describe('larder purge', () => {
  const run = (args: ReadonlyArray<string>) => () => purgeCommand.run({ args } as unknown as CommandContext)

  it('says what it can purge, if its argument is none of that', () => {
    for (const text of ['s3_files:{uid}', 's3_files:', 'a b'])
      expect(run([text]), text).to.throw(
        `${text} is neither a cache key, nor a family of cached values, nor a uid: see docs/cache-keys.md`,
      )
    for (const args of [[], [''], ['if_a', 'if_b']]) expect(run(args)).to.throw('usage: larder purge')
  })
})
