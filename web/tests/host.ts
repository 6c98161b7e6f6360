import { createServer, type Server } from 'node:http';

/** The page of a site that has the widget: another origin than the service. Its address is in the service's settings. */
export const HOST = { port: Number(process.env.HOST_PORT ?? 18081), site: 'demo' };
export const HOST_URL = `http://127.0.0.1:${HOST.port}`;

/** The service, as the site's page knows it. */
export const SERVICE = process.env.BASE_URL ?? 'http://127.0.0.1:18080';

/** A page that does to everything in it what no page should. */
const HOSTILE_STYLE = `
html { font-size: 62.5%; }
body { font: 30px/3 fantasy; color: red; text-align: right; letter-spacing: 4px; }
main * { outline: 1px dashed #ccc; }
body > * { all: unset !important; display: none !important; }
body > main { display: block !important; }
* { font-size: 40px !important; color: red !important; background: yellow !important; visibility: hidden !important; letter-spacing: 9px !important; --paper: red !important; --rem: 99px !important; }
html, body, main, main * { visibility: visible !important; }
button { font-size: 40px !important; transform: rotate(180deg) !important; }
bangban-widget, bangban-panel { display: none !important; opacity: 0 !important; position: static !important; }
dialog { display: none !important; }
`;

const HOSTILE_SCRIPT = `
Array.prototype.theirs = function () { return 'theirs'; };
Object.prototype.theirs = 'theirs';
Object.freeze(Array.prototype);
customElements.define('bangban-theirs', class extends HTMLElement {});
window.wording = window.lit = window.home = 'theirs';
window.addEventListener('keydown', (event) => { if (event.target.closest && !event.target.closest('main')) window.keysSeen = (window.keysSeen || 0) + 1; });
`;

export interface HostPage {
  /** Another site's name; the page's own without. */
  site?: string;
  /** Further attributes of the script element. */
  data?: string;
  hostile?: boolean;
  /** What the page does itself. */
  script?: string;
  body?: string;
}

/** The page's policy: its own script by its address, the service by its own; no style at all. */
function policy(hostile: boolean): string {
  return `default-src 'none'; script-src 'self' ${SERVICE}; connect-src ${SERVICE}; style-src ${hostile ? "'self'" : "'none'"}; base-uri 'none'`;
}

function html({ site = HOST.site, data = '', hostile = false, body = '' }: HostPage): string {
  return `<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>某某门户网站</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
${hostile ? '<link rel="stylesheet" href="/host.css"><script src="/hostile.js"></script>' : ''}
<script src="/host.js"></script>
<script async src="${SERVICE}/widget/v1/bangban.js" data-site="${site}" ${data}></script></head>
<body><main><h1>某某门户网站</h1><p>本页是别的网站的页面。</p><p><a href="#here">办事指南</a></p>${body}</main></body></html>`;
}

/** Serves pages of the site by their path. */
export async function serveHost(pages: Record<string, HostPage>): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', HOST_URL).pathname;
    const send = (type: string, text: string, headers = {}) => response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, ...headers }).end(text);
    if (path === '/host.css') return send('text/css', HOSTILE_STYLE);
    if (path === '/hostile.js') return send('text/javascript', HOSTILE_SCRIPT);
    const page = pages[path];
    if (path === '/host.js') {
      const from = pages[new URL(request.headers.referer ?? HOST_URL).pathname];
      return send('text/javascript', from?.script ?? '');
    }
    if (!page) return response.writeHead(404).end();
    return send('text/html', html(page), { 'Content-Security-Policy': policy(page.hostile ?? false) });
  });
  await new Promise<void>((resolve) => server.listen(HOST.port, '127.0.0.1', resolve));
  return server;
}
