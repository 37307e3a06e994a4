import { LarderError } from './larder-error.ts'

/** One page of a list. `next` is null in the last one. */
type Page<Item> = { readonly items: ReadonlyArray<Item>; readonly next: string | null }

const isObject = (item: unknown): boolean => typeof item === 'object' && item !== null && !Array.isArray(item)

/** Returns whether a page has items, and leads to the end of its list: only the last one may be empty. */
const isPage = ({ items, next }: { readonly items: unknown; readonly next: unknown }): boolean =>
  Array.isArray(items) &&
  items.every(isObject) &&
  (next === null || (typeof next === 'string' && items.length > 0))

type ListOptions = { readonly query?: { readonly after?: string } }

/**
 * Iterates over the items of a list, page by page, with the filters of `options`: `for await (const file of
 * eachItem(client.listMedia, { query: { kind: 'image' } }))`. A page is requested when it is needed.
 */
export async function* eachItem<Item, Options extends ListOptions>(
  list: (options?: Options) => Promise<{ readonly data: Page<Item> }>,
  options?: Options,
): AsyncGenerator<Item, void, undefined> {
  let after: string | null | undefined = options?.query?.after
  do {
    const query = { ...options?.query, ...(after === undefined ? {} : { after }) }
    const { data } = await list({ ...options, query } as Options)
    if (!isPage(data))
      throw new LarderError({
        type: 'unexpected_reply',
        message: 'a page of a list that is not one of Larder',
      })
    yield* data.items
    after = data.next
  } while (after !== null)
}
