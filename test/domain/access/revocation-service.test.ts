import { expect } from 'chai'
import { createMemoryRevocationFile } from '../../../src/adapters/memory/memory-revocation-file.ts'
import { createMemoryRevocations } from '../../../src/adapters/memory/memory-revocations.ts'
import { createRevocationIndex } from '../../../src/domain/access/revocation-index.ts'
import { createRevocationService } from '../../../src/domain/access/revocation-service.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { TE } from '../../../src/fp.ts'
import { type Revocation, revocationSeconds } from '../../../src/ports/revocations.ts'
import { left, right } from '../../support/expect-right.ts'
import { createStandingClock } from '../../support/memory-larder.ts'
import { createRecordingLog } from '../../support/recording-log.ts'
import { createTestSleep } from '../../support/test-sleep.ts'

const down = TE.left(unavailable('database')('away'))

describe('revocations of a process', () => {
  const { clock } = createStandingClock()
  const now = clock() / 1000
  const grantOf = (sub: string, iat: number, jti?: string) => ({
    sub,
    iat,
    exp: now + 60,
    restrictions: {},
    ...(jti !== undefined && { jti }),
  })

  const createProcess = (
    revocations = createMemoryRevocations(clock),
    revocationFile = createMemoryRevocationFile(),
  ) => {
    const revocationIndex = createRevocationIndex()
    const { sleep, next } = createTestSleep()
    const { log, entries } = createRecordingLog()
    const service = createRevocationService({
      revocations,
      revocationIndex,
      revocationFile,
      clock,
      sleep,
      log,
    })
    return {
      next,
      service,
      index: revocationIndex,
      revocations,
      revocationFile,
      events: () => entries.map(({ event }) => event),
    }
  }

  it('refuse by id, by file and by user: each only its own, and only what was minted before', async () => {
    const { service, index } = createProcess()
    await right(service.revoke({ kind: 'jti', subject: 'one' }))
    await right(service.revoke({ kind: 'uid', subject: 'if_a' }))
    await right(service.revoke({ kind: 'sub', subject: 'ann' }))
    expect(index.isRevoked(grantOf('if_b', now, 'one'))).to.equal(true)
    expect(index.isRevoked(grantOf('if_b', now, 'two'))).to.equal(false)
    expect(index.isRevoked(grantOf('if_b', now))).to.equal(false)
    expect(index.isRevoked(grantOf('if_a', now))).to.equal(true)
    expect(index.isRevoked(grantOf('if_a', now + 1))).to.equal(false)
    expect(index.isRevoked(grantOf('ann', now))).to.equal(false)
    expect(index.isIdTokenRevoked({ sub: 'ann', iat: now })).to.equal(true)
    expect(index.isIdTokenRevoked({ sub: 'ann', iat: now + 1 })).to.equal(false)
    expect(index.isIdTokenRevoked({ sub: 'bob', iat: now, jti: 'one' })).to.equal(true)
    expect(index.isIdTokenRevoked({ sub: 'if_a', iat: now })).to.equal(false)
    expect(index.notBeforeOf('if_a')).to.equal(now + 1)
    expect(index.notBeforeOf('if_b')).to.equal(0)
  })

  it('arrive in other processes by a refresh, and outlive these without the database', async () => {
    const first = createProcess()
    const second = createProcess(first.revocations)
    await right(second.service.refresh)
    await right(first.service.revoke({ kind: 'uid', subject: 'if_a' }))
    expect(second.index.isRevoked(grantOf('if_a', now))).to.equal(false)
    await right(second.service.refresh)
    expect(second.index.isRevoked(grantOf('if_a', now))).to.equal(true)

    for (const { revocationFile } of [first, second]) {
      const restarted = createProcess({ ...first.revocations, listSince: () => down }, revocationFile)
      await restarted.service.openIndex()
      expect(restarted.index.isRevoked(grantOf('if_a', now))).to.equal(true)
      expect(await left(restarted.service.refresh)).to.include({ _tag: 'Unavailable' })
    }
  })

  it('are all read again after a failure, because the database may have been replaced', async () => {
    const [old, replaced] = [createMemoryRevocations(clock), createMemoryRevocations(clock)]
    for (const subject of ['a', 'b', 'c']) await right(old.revoke({ kind: 'jti', subject }))
    await right(replaced.revoke({ kind: 'jti', subject: 'in the other database' }))
    let listSince = old.listSince
    const { service, index } = createProcess({ ...old, listSince: (since) => listSince(since) })
    await right(service.refresh)
    listSince = () => down
    await left(service.refresh)
    listSince = replaced.listSince
    await right(service.refresh)
    for (const jti of ['a', 'in the other database'])
      expect(index.isRevoked(grantOf('if_a', now, jti)), jti).to.equal(true)
  })

  it('are all read if that is asked for, also those that come before what was read last', async () => {
    const [old, restored] = [createMemoryRevocations(clock), createMemoryRevocations(clock)]
    for (const subject of ['a', 'b', 'c']) await right(old.revoke({ kind: 'jti', subject }))
    await right(restored.revoke({ kind: 'jti', subject: 'after the restore' }))
    let listSince = old.listSince
    const { service, index } = createProcess({ ...old, listSince: (since) => listSince(since) })
    await right(service.refresh)
    listSince = restored.listSince
    await right(service.refreshAll)
    expect(index.isRevoked(grantOf('if_a', now, 'after the restore'))).to.equal(true)
  })

  it('are awaited after a start: verifications wait for the first refresh, for a limited time', async () => {
    const { service, index } = createProcess()
    expect(index.filling()).to.equal(null)
    await service.openIndex()
    const waiting = index.filling()
    expect(waiting).to.be.instanceOf(Promise)
    await right(service.refresh)
    await waiting
    expect(index.filling()).to.equal(null)
    const unheard = createProcess({ ...createMemoryRevocations(clock), listSince: () => down })
    await unheard.service.openIndex()
    await left(unheard.service.refresh)
    const limited = unheard.index.filling()
    expect(await unheard.next()).to.equal(1000)
    await limited
    expect(unheard.index.filling()).to.equal(null)
  })

  it('are copied later if the disk fails, and refused meanwhile', async () => {
    const file = createMemoryRevocationFile()
    let add: typeof file.add = () => down
    const { service, index, events } = createProcess(undefined, { ...file, add: (given) => add(given) })
    await right(service.revoke({ kind: 'jti', subject: 'one' }))
    expect(index.isRevoked(grantOf('if_a', now, 'one'))).to.equal(true)
    await right(service.refresh)
    expect(events()).to.deep.equal(['revocations.not_copied'])
    add = file.add
    await right(service.refresh)
    expect((await right(file.read)).revocations.map(({ subject }) => subject)).to.deep.equal(['one'])
  })

  it('drop damaged and expired entries of the copy, say so, and rewrite a copy of mostly repetitions', async () => {
    const file = createMemoryRevocationFile()
    const entry = (subject: string, notBefore: number): Revocation => ({ kind: 'uid', subject, notBefore })
    const repeated = Array.from({ length: 1500 }, (_, n) => entry('if_a', now - n))
    await right(file.add([entry('if_old', now - revocationSeconds - 1), ...repeated]))
    const read = TE.map((copied: object) => ({ ...copied, revocations: [], damaged: 3 }))(file.read)
    const damaged = createProcess(undefined, { ...file, read })
    await damaged.service.openIndex()
    expect(damaged.events()).to.deep.equal(['revocations.damaged'])
    const { service, index, events } = createProcess(undefined, file)
    await service.openIndex()
    expect(events()).to.deep.equal([])
    expect(index.entries()).to.deep.equal([entry('if_a', now)])
    expect((await right(file.read)).revocations).to.deep.equal([entry('if_a', now)])
    const unreadable = createProcess(undefined, { ...file, read: down })
    await unreadable.service.openIndex()
    expect(unreadable.events()).to.deep.equal(['revocations.unreadable'])
  })
})
