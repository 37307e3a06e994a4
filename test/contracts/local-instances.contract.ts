import { expect } from 'chai'
import type { InstanceUid } from '../../src/domain/media/ids.ts'
import type { LocalInstances } from '../../src/ports/local-instances.ts'
import { right } from '../support/expect-right.ts'

type Process = { readonly notes: LocalInstances; readonly kill: () => void }

/** What all LocalInstances promise. `make` returns a function that starts a process on the same folder. */
export const localInstancesContract = (make: () => Promise<() => Process>): void => {
  const one = 'ins_1' as InstanceUid
  const two = 'ins_2' as InstanceUid

  it('list the instances of processes that were killed, and of no process that is alive', async () => {
    const start = await make()
    const [first, second] = [start(), start()]
    expect(await right(first.notes.listEnded)).to.deep.equal([])
    await right(first.notes.add(one))
    await right(second.notes.add(two))
    expect(await right(second.notes.listEnded)).to.deep.equal([])
    first.kill()
    expect(await right(second.notes.listEnded)).to.deep.equal([one])
    expect(await right(start().notes.listEnded)).to.deep.equal([one])
    await right(second.notes.remove(one))
    await right(second.notes.remove(one))
    expect(await right(second.notes.listEnded)).to.deep.equal([])
  })
}
