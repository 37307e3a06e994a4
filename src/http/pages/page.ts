import type { Headers } from '../bytes/representation-headers.ts'
import { pageSecurityPolicy, pageStyle } from './page-style.ts'

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)

export const pageHeaders: Headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': pageSecurityPolicy,
}

/** Returns an HTML document. `head` and `body` are HTML, which is not escaped. */
export const htmlDocument = (title: string, head: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
${head}
</head>
${body}
</html>
`

/**
 * Returns an HTML page without scripts. `body` is HTML and must contain nothing from the request, so that it
 * can neither show a token nor execute code that someone put into a link.
 */
export const renderPage = (title: string, body: string, size: 'short' | 'long'): string =>
  htmlDocument(
    title,
    `<meta name="robots" content="noindex">
<style>${pageStyle}</style>`,
    `<body>
<main class="${size}">
${body}
</main>
</body>`,
  )
