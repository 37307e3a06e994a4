import { expect } from 'chai'
import { adminCommand } from '../../src/cli/admin-command.ts'
import type { CommandContext } from '../../src/cli/command.ts'

describe('larder admin', () => {
  it('refuses a subject that no token may have, so that no admin is made who can never sign in', () => {
    // The cast is safe: the command refuses its arguments before it reads anything else of the context.
    for (const sub of ['ann\n', 'x'.repeat(256)])
      expect(() => adminCommand.run({ args: ['grant', sub] } as unknown as CommandContext)).to.throw(
        'SUB must be a text of at most 255 characters',
      )
  })
})
