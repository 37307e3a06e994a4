import { expect } from 'chai'
import type { CommandContext } from '../../src/cli/command.ts'
import { purgeCommand } from '../../src/cli/purge-command.ts'

describe('larder purge', () => {
  const failureOf = async (args: ReadonlyArray<string>): Promise<unknown> => {
    try {
      return await purgeCommand.run({ args } as unknown as CommandContext)
    } catch (error) {
      return error instanceof Error ? error.message : error
    }
  }

  it('says what it can purge, if its argument is none of that', async () => {
    for (const text of ['s3_files:{uid}', 's3_files:', 'a b'])
      expect(await failureOf([text])).to.equal(
        `${text} is neither a cache key, nor a family of cached values, nor a uid: see docs/cache-keys.md`,
      )
    for (const args of [[], [''], ['if_a', 'if_b']])
      expect(await failureOf(args)).to.match(/^usage: larder purge/)
  })
})
