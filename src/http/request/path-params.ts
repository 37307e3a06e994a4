import type { RouterContext } from '@koa/router'

const isPercentEncoded = (text: string): boolean => {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** A text that no codec of a parameter accepts. */
const noParameter = '\0'

/**
 * Returns the decoded parameters of the path. The router passes a parameter on as it is if its percent-encoding is
 * wrong. It would then name something else than the sender meant, so no codec may accept it.
 */
export const pathParamsOf = ({
  params,
  captures = [],
}: Pick<RouterContext, 'params' | 'captures'>): Readonly<Record<string, string>> => {
  const wrong = captures.filter((capture) => !isPercentEncoded(capture ?? ''))
  if (wrong.length === 0) return params
  return Object.fromEntries(
    Object.entries<string>(params).map(([name, value]) => [
      name,
      wrong.includes(value) ? noParameter : value,
    ]),
  )
}
