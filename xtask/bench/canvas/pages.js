// Serves the window's pages from the folder that they were built into, and hands everything else on to the program behind them: so
// what is measured is the window as it was built last, whichever program there is.
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { extname, join } from "node:path";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".woff2": "font/woff2" };

/** Serves `dist` in front of the program at this port; gives `{url, close}`. */
export async function serve(dist, port) {
  const host = `127.0.0.1:${port}`;
  // The program lets in only who comes from its own address.
  const own = (headers) => ({ ...headers, host, ...(headers.origin && { origin: `http://${host}` }) });
  const server = createServer((asked, answer) => {
    const path = asked.url.split("?")[0];
    const file = join(dist, path === "/" ? "index.html" : path);
    if (asked.method === "GET" && existsSync(file) && statSync(file).isFile()) {
      answer.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "cache-control": "no-cache" });
      return answer.end(readFileSync(file));
    }
    const { url, method, headers } = asked;
    // Each on a connection of its own: one that is kept may be closed by the other side just as the next is sent on it.
    const on = request({ agent: false, host: "127.0.0.1", port, path: url, method, headers: own(headers) }, (reply) => {
      answer.writeHead(reply.statusCode, reply.headers);
      reply.pipe(answer);
    });
    on.on("error", (error) => {
      console.error(`${method} ${url}: ${error.message}`);
      answer.destroy();
    });
    asked.pipe(on);
  });
  server.on("upgrade", ({ url, headers }, socket, head) => {
    const on = connect(port, "127.0.0.1", () => {
      const lines = Object.entries(own(headers)).map(([name, value]) => `${name}: ${value}\r\n`);
      on.write(`GET ${url} HTTP/1.1\r\n${lines.join("")}\r\n`);
      on.write(head);
      on.pipe(socket).pipe(on);
    });
    for (const [one, other] of [[on, socket], [socket, on]]) one.on("error", () => other.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.closeAllConnections() || server.close() };
}
