const absoluteForm = /^https?:\/\/[^/?#\\]+([^#\\]*)$/i

/**
 * Returns whether the target is in origin form. Node's parser accepts characters that are invalid in a URI:
 * `#`, tab and form feed.
 */
const isOriginForm = (target: string): boolean =>
  target.charCodeAt(0) === 0x2f && !target.includes('#') && !target.includes('\t') && !target.includes('\f')

/**
 * Returns path and query of a request target (RFC 9112 §3.2), also of an absolute http(s) URL, as proxies
 * send it. `*` is valid only for OPTIONS. Returns `null` for anything else, which gets a 400 (http-api.md
 * §1.4).
 *
 * Hot path. The text is never normalised, so both forms of a target give the same path.
 */
export const parseRequestTarget = (method: string | undefined, target: string): string | null => {
  if (isOriginForm(target)) return target
  if (target === '*') return method === 'OPTIONS' ? target : null
  const rest = absoluteForm.exec(target)?.[1]
  if (rest === undefined || !URL.canParse(target)) return null
  const origin = rest.startsWith('/') ? rest : `/${rest}`
  return isOriginForm(origin) ? origin : null
}
