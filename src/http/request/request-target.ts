const absoluteForm = /^https?:\/\/[^/?#\\]+([^#\\]*)$/i

/**
 * Returns whether the target is in origin form (a path). The characters `#`, tab and form feed are excluded:
 * they are invalid in a URI, but Node's parser accepts them.
 */
const isOriginForm = (target: string): boolean =>
  target.charCodeAt(0) === 0x2f && !target.includes('#') && !target.includes('\t') && !target.includes('\f')

/**
 * Returns path and query of a request target (RFC 9112 §3.2), also of an absolute http(s) URL, which proxies
 * send. The target `*` is valid only for OPTIONS. Returns `null` for any other target; such a request gets a
 * 400 (http-api.md §1.4).
 *
 * Must be fast, because it runs for every request. The text is not normalised, so both forms of a target give
 * the same path.
 */
export const parseRequestTarget = (method: string | undefined, target: string): string | null => {
  if (isOriginForm(target)) return target
  if (target === '*') return method === 'OPTIONS' ? target : null
  const rest = absoluteForm.exec(target)?.[1]
  if (rest === undefined || !URL.canParse(target)) return null
  const origin = rest.startsWith('/') ? rest : `/${rest}`
  return isOriginForm(origin) ? origin : null
}
