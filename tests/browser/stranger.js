// A page of somebody else, as two origins: on 127.0.0.1 it is of the dashboard's site (so that even a strict cookie goes
// along) and on localhost of another one.
import { createServer } from "node:http";

export async function startStranger() {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>Stranger</title><h1>Somebody else's page</h1>");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  return {
    origins: { "of the same site": `http://127.0.0.1:${port}`, "of another site": `http://localhost:${port}` },
    stop: () => server.close(),
  };
}
