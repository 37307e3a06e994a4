import type { HeapProfiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'

type Work = { readonly calls: number; readonly allocatedBytes: number }

/**
 * Counts the calls of functions in src/adapters, and the allocated bytes, while `work` runs. Copies of arrays
 * appear only in the allocated bytes. Neither count depends on how busy the machine is. Allocations are
 * sampled, so their count is approximate.
 */
export const countWork = async (work: () => unknown): Promise<Work> => {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
    await session.post('HeapProfiler.startSampling', SAMPLING)
    await work()
    const { profile } = await session.post('HeapProfiler.stopSampling')
    const { result } = await session.post('Profiler.takePreciseCoverage')
    const calls = result
      .filter(({ url }) => url.includes('/src/adapters/'))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)))
    return { calls: sum(calls), allocatedBytes: allocatedIn(profile.head) }
  } finally {
    session.disconnect()
  }
}

const allocatedIn = ({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number =>
  selfSize + sum(children.map(allocatedIn))

const SAMPLING = {
  samplingInterval: 4096,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: true,
}

const sum = (counts: ReadonlyArray<number>): number => counts.reduce((a, b) => a + b, 0)
