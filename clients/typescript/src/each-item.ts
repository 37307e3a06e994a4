/** One page of a list. `next` is null in the last one. */
type Page<Item> = { readonly items: ReadonlyArray<Item>; readonly next: string | null }

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
    yield* data.items
    after = data.next
  } while (after !== null)
}
