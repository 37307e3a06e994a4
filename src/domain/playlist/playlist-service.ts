import { type ContentPlaylistService, createContentPlaylistService } from './content-playlist-service.ts'
import { createImagePlaylistService, type ImagePlaylistService } from './image-playlist-service.ts'

/** Playlists of the exports of one image or content file, each the text of a response body. */
export type PlaylistService = ImagePlaylistService & ContentPlaylistService

type Deps = Parameters<typeof createImagePlaylistService>[0] &
  Parameters<typeof createContentPlaylistService>[0]

export const createPlaylistService = (deps: Deps): PlaylistService => ({
  ...createImagePlaylistService(deps),
  ...createContentPlaylistService(deps),
})
