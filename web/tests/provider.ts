import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';

/** An identity provider that signs in whoever is named next, without a password. */
export class Provider {
  login = '';
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  private readonly nonces = new Map<string, string>();
  private readonly server: Server;

  /** `localhost` is another site than the service's 127.0.0.1: browsers treat its cookies so. */
  constructor(private readonly port: number) {
    this.server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', this.issuer);
      const json = (body: object) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
      if (url.pathname === '/.well-known/openid-configuration') {
        const at = (path: string) => `${this.issuer}/${path}`;
        json({ issuer: this.issuer, authorization_endpoint: at('authorize'), token_endpoint: at('token'), jwks_uri: at('keys') });
      } else if (url.pathname === '/keys') {
        json({ keys: [{ ...this.keys.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] });
      } else if (url.pathname === '/authorize') {
        const code = randomBytes(8).toString('hex');
        this.nonces.set(code, url.searchParams.get('nonce') ?? '');
        const back = new URL(url.searchParams.get('redirect_uri') ?? '');
        back.search = new URLSearchParams({ code, state: url.searchParams.get('state') ?? '' }).toString();
        // A page with a link, as one to sign in on is.
        response.setHeader('Content-Type', 'text/html').end(`<a href="${back.href.replace(/&/g, '&amp;')}">${this.login}</a>`);
      } else if (url.pathname === '/token') {
        let body = '';
        request.on('data', (piece) => (body += piece));
        request.on('end', () => json({ token_type: 'Bearer', access_token: 'none', id_token: this.token(new URLSearchParams(body).get('code') ?? '') }));
        // A browser also looks for an icon.
      } else response.writeHead(204).end();
    });
  }

  private get issuer(): string {
    return `http://localhost:${this.port}`;
  }

  open(): Promise<void> {
    return new Promise((opened) => this.server.listen(this.port, 'localhost', opened));
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }

  private token(code: string): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.issuer, aud: 'bangban', sub: this.login, preferred_username: this.login, nonce: this.nonces.get(code), iat: now, exp: now + 60 };
    const text = `${part({ alg: 'ES256', kid: 'one' })}.${part(claims)}`;
    return `${text}.${sign('sha256', Buffer.from(text), { key: this.keys.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }
}
