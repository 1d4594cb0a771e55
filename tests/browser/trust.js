// What the browser may trust. Chromium takes no CA from a file, so the chain is verified here, as a browser would, and the
// keys of exactly this chain are pinned.

import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';

const isLocal = (host) => host === 'localhost' || host.endsWith('.localhost');

function connect(url, options) {
  const { hostname, port } = new URL(url);
  const bare = hostname.replace(/^\[|\]$/g, '');
  const host = isLocal(bare) ? '127.0.0.1' : bare;
  const servername = /^[\d.]+$|:/.test(bare) ? undefined : bare;
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host, port: Number(port) || 443, servername, timeout: 10000, ...options }, () => {
      const leaf = socket.getPeerCertificate(true);
      socket.end();
      resolve(leaf);
    });
    socket.once('timeout', () => socket.destroy(new Error(`${url}: no handshake in 10 s`)));
    socket.once('error', reject);
  });
}

function pin(certificate) {
  const key = new X509Certificate(certificate.raw).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

// The pins of the chain that `url` shows. With a CA file the chain must lead there, and name the host.
export async function pinsOf(url, caFile) {
  const options = caFile ? { ca: readFileSync(caFile) } : { rejectUnauthorized: false };
  let certificate = await connect(url, options);
  const pins = [];
  while (certificate?.raw && !pins.includes(pin(certificate))) {
    pins.push(pin(certificate));
    certificate = certificate.issuerCertificate;
  }
  return pins;
}
