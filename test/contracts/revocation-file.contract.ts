import { expect } from 'chai'
import type { RevocationFile } from '../../src/ports/revocation-file.ts'
import type { Revocation } from '../../src/ports/revocations.ts'
import { right } from '../support/expect-right.ts'

const of = (subject: string, notBefore = 1): Revocation => ({ kind: 'sub', subject, notBefore })

/** What every RevocationFile promises. Both functions that `make` returns open the same empty copy. */
export const revocationFileContract = (make: () => Promise<() => RevocationFile>): void => {
  let open: () => RevocationFile

  beforeEach(async () => {
    open = await make()
  })

  it('contains nothing at first', async () => {
    expect(await right(open().read)).to.deep.equal({ revocations: [], damaged: 0 })
  })

  it('contains what was added, by several processes at once, with any characters', async () => {
    const subjects = ['ann', "o'hara", 'ünï', '🦊', '\\', '"', '{}', 'x'.repeat(512)]
    await Promise.all(
      subjects.map((subject) => right(open().add([of(subject), of(`${subject}!`.slice(-512), 2)]))),
    )
    const { revocations, damaged } = await right(open().read)
    expect(damaged).to.equal(0)
    const expected = subjects.flatMap((subject) => [of(subject), of(`${subject}!`.slice(-512), 2)])
    expect(revocations).to.have.deep.members(expected)
  })

  it('contains only what replaced it, and what was added later', async () => {
    await right(open().add([of('old'), of('kept')]))
    await right(open().replace([of('kept')]))
    await right(open().add([of('new')]))
    expect((await right(open().read)).revocations).to.deep.equal([of('kept'), of('new')])
  })
}
