import { type ContentLists, createContentLists } from './content-lists.ts'
import { createImageLists, type ImageLists } from './image-lists.ts'

/** Playlists of the exports of one image or content file, each the text of a response body. */
export type PlaylistService = ImageLists & ContentLists

type Deps = Parameters<typeof createImageLists>[0] & Parameters<typeof createContentLists>[0]

export const createPlaylistService = (deps: Deps): PlaylistService => ({
  ...createImageLists(deps),
  ...createContentLists(deps),
})
