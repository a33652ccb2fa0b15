/** What loads the dashboard's page. */

export const indexHtml = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Gradline dashboard</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="app.css">
    <script defer src="app.js"></script>
  </head>
  <body>
    <div id="app"><p class="loading">Loading the dashboard.</p></div>
    <noscript><p class="loading">This page needs JavaScript. gradline status and gradline watch show the same in a terminal.</p></noscript>
  </body>
</html>
`;
