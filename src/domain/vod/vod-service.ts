import { createDashLists, type DashLists } from '../dash/dash-lists.ts'
import { createMediaLists, type MediaLists } from './media-lists.ts'

/** Playlists and manifests of segmented exports. */
export type VodService = MediaLists & DashLists

type Deps = Parameters<typeof createMediaLists>[0] & Parameters<typeof createDashLists>[0]

export const createVodService = (deps: Deps): VodService => ({
  ...createMediaLists(deps),
  ...createDashLists(deps),
})
