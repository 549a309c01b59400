// GET /cdn/{id}?w=800&fm=webp&q=80 from the folder of originals given on the command line: sharp with its defaults.
import { createServer } from "node:http";
import path from "node:path";
import sharp from "sharp";

const [folder, port] = process.argv.slice(2);

createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  try {
    const picture = await sharp(path.join(folder, `${path.basename(url.pathname)}.jpg`))
      .rotate()
      .resize({ width: Number(url.searchParams.get("w")), withoutEnlargement: true })
      .webp({ quality: Number(url.searchParams.get("q")) })
      .toBuffer();
    response.writeHead(200, { "Content-Type": "image/webp", "Content-Length": picture.length });
    response.end(picture);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
