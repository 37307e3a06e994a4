import { createDashManifestService, type DashManifestService } from './dash-manifest-service.ts'
import { createMediaPlaylistService, type MediaPlaylistService } from './media-playlist-service.ts'

/** Playlists and manifests of segmented exports. */
export type VodService = MediaPlaylistService & DashManifestService

type Deps = Parameters<typeof createMediaPlaylistService>[0] & Parameters<typeof createDashManifestService>[0]

export const createVodService = (deps: Deps): VodService => ({
  ...createMediaPlaylistService(deps),
  ...createDashManifestService(deps),
})
