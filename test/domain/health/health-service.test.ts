import { expect } from 'chai'
import { createHealthService } from '../../../src/domain/health/health-service.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { TE } from '../../../src/fp.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'

const reachable = TE.right(undefined)
const silent = () => new Promise<never>(() => undefined)

describe('health', () => {
  let now: number
  let checks: number

  beforeEach(() => {
    now = 0
    checks = 0
  })

  const counted = async () => {
    checks += 1
    return reachable()
  }
  const make = (overrides: Partial<Parameters<typeof createHealthService>[0]> = {}) =>
    createHealthService({
      database: counted,
      objectStore: reachable,
      cache: reachable,
      bus: reachable,
      mayServeMedia: () => true,
      monotonic: asMonotonic(() => now),
      ...overrides,
    })

  it('[V12] is checked once for concurrent callers', async () => {
    const { examine } = make()
    const all = await Promise.all(Array.from({ length: 50 }, examine))
    expect(new Set(all).size).to.equal(1)
    expect(checks).to.equal(1)
  })

  it('[V12] is cached for a second, and no longer', async () => {
    const { examine } = make()
    await examine()
    now = 999
    await examine()
    expect(checks).to.equal(1)
    now = 1000
    await examine()
    expect(checks).to.equal(2)
  })

  it('[V12] counts the second from the end of the check', async () => {
    let end = (): void => undefined
    const { examine } = make({
      objectStore: () =>
        new Promise((resolve) => {
          end = () => resolve(reachable())
        }),
    })
    const first = examine()
    now = 1900
    end()
    await first
    now = 2000
    await examine()
    expect(checks).to.equal(1)
  })

  it('[V27] names dependencies that do not answer in time, and stops waiting for them', async () => {
    const { status, findings } = await make({ database: silent, objectStore: silent, limitMs: 5 }).examine()
    expect(status).to.equal('degraded')
    expect(findings.map(({ name, fault }) => [name, fault])).to.deep.equal([
      ['database', 'no answer within 5 ms'],
      ['object store', 'no answer within 5 ms'],
      ['cache', null],
      ['bus', null],
    ])
  })

  const down = TE.left(unavailable('x')('down'))
  for (const [fault, status] of [
    [{}, 'ready'],
    [{ database: down }, 'degraded'],
    [{ database: down, objectStore: down }, 'degraded'],
    [{ cache: down }, 'degraded'],
    [{ cache: down, objectStore: down }, 'unavailable'],
    [{ bus: down }, 'degraded'],
    [{ bus: down, mayServeMedia: () => false }, 'unavailable'],
  ] as const)
    it(`is ${status} without ${Object.keys(fault).join(' and ') || 'any fault'}`, async () => {
      expect((await make(fault).examine()).status).to.equal(status)
    })
})
