/** Removes tokens from a text, because printed output may be copied into a ticket (http-api.md §2.6). */
export const redactTokens = (text: string): string =>
  text.replace(/\/~[^/\s]+/g, '').replace(/([?&]jwt=)[^&\s:]+/g, '$1…')
