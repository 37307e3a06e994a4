import type { MediaKind } from '../../ports/media-tokens.ts'

/**
 * Returns the page of a share link. It contains no token: its script reads the token from the page address.
 * `uid` consists of uid characters and needs no escaping.
 */
export const watchPage = (kind: MediaKind, uid: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Larder</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/console/assets/watch.css">
<script type="module" src="/console/assets/watch.js"></script>
</head>
<body data-kind="${kind}" data-uid="${uid}">
<main>
<p id="status" role="status">Loading…</p>
<progress id="progress" max="1" hidden></progress>
</main>
<noscript>This page needs JavaScript; the media behind it do not.</noscript>
</body>
</html>
`
