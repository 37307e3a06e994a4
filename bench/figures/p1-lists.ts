import { compareWarm, type WarmWork } from './beside-warm.ts'
import type { Figure } from './figure.ts'

const WORKS: ReadonlyArray<WarmWork> = [
  { warm: 'image_playlist', work: 'an image playlist, one viewer', goals: { raw: 0.8 } },
  { warm: 'master', work: 'a master playlist, 12 viewers', goals: { raw: 0.7 } },
]

/** Small playlists from memory. The token of each request is checked. */
export const p1Lists: Figure = {
  id: 'P1',
  title: 'warm lists',
  needs: WORKS.map(({ warm }) => warm),
  run: (context) => compareWarm(context, WORKS),
}
