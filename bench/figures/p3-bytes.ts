import { compareWarm, type WarmWork } from './beside-warm.ts'
import type { Figure } from './figure.ts'

const WORKS: ReadonlyArray<WarmWork> = [
  { warm: 'part_memory', work: 'a part in memory', goals: { nginx: 1.3 } },
  { warm: 'part_disk', work: 'a part on disk', goals: { nginx: 0.5 } },
  { warm: 'image', work: 'an image', goals: { raw: 0.7 } },
]

/** Throughput of cached parts and images. The peers serve the same bytes as Larder. */
export const p3Bytes: Figure = {
  id: 'P3',
  title: 'warm parts and images',
  needs: WORKS.map(({ warm }) => warm),
  run: (context) => compareWarm(context, WORKS),
}
