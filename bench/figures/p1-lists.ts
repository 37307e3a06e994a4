import { compareWarm, type WarmWork } from './beside-warm.ts'
import type { Figure } from './figure.ts'

const WORKS: ReadonlyArray<WarmWork> = [
  { warm: 'image_playlist', work: 'an image playlist, one viewer', goals: { raw: 0.8 } },
  { warm: 'master', work: 'a master playlist, 12 viewers', goals: { raw: 0.7 } },
]

/** Throughput of small playlists from memory. The server verifies the token of each request. */
export const p1Lists: Figure = {
  id: 'P1',
  title: 'warm lists',
  needs: WORKS.map(({ warm }) => warm),
  run: (context) => compareWarm(context, WORKS),
}
