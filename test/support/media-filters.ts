import type { MediaItem } from '../../src/domain/library/media-item.ts'
import type { MediaFilter, MediaPosition, MediaRepository } from '../../src/ports/media-repository.ts'
import { right } from './expect-right.ts'

/** A filter that every file matches that is not in the trash. */
export const anyMedia: MediaFilter = {
  search: null,
  kind: null,
  state: null,
  isPublic: null,
  isOutdated: null,
  createdAfter: null,
  createdBefore: null,
  isDeleted: false,
}

type Media = Pick<MediaRepository, 'list'>

/** Lists all files that match, in pages of `limit` files. `betweenPages` runs before each page but the first. */
export const listAllMedia = async (
  media: Media,
  filter: Partial<MediaFilter> = {},
  limit = 200,
  betweenPages: () => Promise<unknown> = async () => undefined,
): Promise<ReadonlyArray<MediaItem>> => {
  const items: MediaItem[] = []
  let after: MediaPosition | null = null
  for (;;) {
    const page: Awaited<ReturnType<typeof listPage>> = await listPage(media, filter, limit, after)
    items.push(...page.items)
    if (page.next === null) return items
    after = page.next
    await betweenPages()
  }
}

const listPage = (media: Media, filter: Partial<MediaFilter>, limit: number, after: MediaPosition | null) =>
  right(media.list({ ...anyMedia, ...filter }, limit, after))
